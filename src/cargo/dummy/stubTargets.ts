import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { isWithin } from "../../base/paths.ts";
import { ok, type Result } from "../../base/result.ts";
import type { AutomaticKind, ResolvedManifest } from "../manifest/manifest.ts";
import { automaticTargets, directoryOfKind, type Target } from "../manifest/targets.ts";
import { canonicalToml, sortedSet, type TomlTable, type TomlValue, tableOf } from "../toml/toml.ts";
import type { DummyInput } from "./dummyInput.ts";
import type { LocalManifest } from "./localManifests.ts";

/** The targets of a package in the dummy: all written down, none left to discovery. */
export type StubTargets = {
  /** `[lib]`, `[[bin]]`, …: what goes into the manifest. */
  readonly tables: { readonly [kind in AutomaticKind]?: TomlTable | TomlTable[] };
  readonly hasBuildScript: boolean;
  /** By path relative to the package. */
  readonly files: ReadonlyMap<string, string>;
};

/**
 * Stubs for the library, each binary, and the build script; and for examples, tests and benches one for each
 * way in which they differ for Cargo's plan (`required-features`, `test`, `crate-type`, …), however many
 * there are. A new file in `tests/` thus leaves the dummy as it was, while the first one does not: only from
 * then on does `cargo test` need the package's development dependencies if its own unit tests are off, and
 * its binaries' dependencies with `panic = "abort"` if the profile says so.
 *
 * Of a package without any code, as in a source of manifests alone, the code is supposed to be in the usual places.
 *
 * Binaries keep their names because `--bin NAME` selects them; others do where `named` says so.
 *
 * Errors: those of `automaticTargets`.
 */
export function stubTargets(local: LocalManifest, { paths, named = [] }: DummyInput): Result<StubTargets> {
  const inside = paths
    .filter((path) => isWithin(path, local.directory))
    .map((path) => posix.relative(local.directory, path));
  const targets = automaticTargets(local.resolved, [...inside, ...supposedFiles(local, inside)]);
  if (!targets.ok) return targets;
  const files = new Map<string, string>();
  const stub = (target: Target, name: string | undefined, path: string): TomlTable => {
    files.set(path, stubText(stubKind(target)));
    return tableOf([...targetFlags(target, local.resolved), ["name", name], ["path", path]]);
  };

  const tables: { -readonly [kind in AutomaticKind]?: TomlTable | TomlTable[] } = {};
  for (const target of targets.value) {
    if (target.kind === "lib") tables.lib = stub(target, libName(target, local), "src/lib.rs");
  }
  const bins = targets.value.filter(({ kind }) => kind === "bin").sort((a, b) => byCodeUnit(a.name, b.name));
  if (bins.length > 0)
    tables.bin = bins.map((bin) => stub(bin, bin.name, `${directoryOfKind.bin}/${fileName(bin.name)}.rs`));
  for (const kind of collapsed) {
    const classes = new Map<string, Target>();
    for (const target of targets.value.filter((one) => one.kind === kind)) {
      const flags = canonicalToml(tableOf(targetFlags(target, local.resolved)));
      classes.set(named.includes(target.name) ? `${flags}name = ${target.name}` : flags, target);
    }
    const chosen = [...classes].sort(([a], [b]) => byCodeUnit(a, b)).map(([, target]) => target);
    if (chosen.length === 0) continue;
    tables[kind] = chosen.map((target, index) => {
      const name = named.includes(target.name) ? target.name : `stub-${index}`;
      return stub(target, name, `${directoryOfKind[kind]}/${fileName(name)}.rs`);
    });
  }
  const hasBuildScript = targets.value.some(({ kind }) => kind === "custom-build");
  if (hasBuildScript) files.set("build.rs", stubText("program"));
  return ok({ tables, hasBuildScript, files });
}

/**
 * Where the code of a package usually is of which the source has none. That of targets that are written down; where there are
 * none, of a library and a program, one of which it must have. A build script, if it has dependencies.
 */
function supposedFiles({ resolved }: LocalManifest, inside: readonly string[]): string[] {
  const others = inside.flatMap((path) => (path.endsWith("/Cargo.toml") ? posix.dirname(path) : []));
  const isOwn = (path: string): boolean => !others.some((other) => isWithin(path, other));
  if (inside.some((path) => path.endsWith(".rs") && isOwn(path))) return [];
  const written = resolved.targets.map(({ kind, name }) =>
    kind === "lib" ? "src/lib.rs" : `${directoryOfKind[kind]}/${name}.rs`,
  );
  return [
    ...(written.length > 0 ? written : ["src/lib.rs", "src/main.rs"]),
    ...(resolved.dependencies.some(({ kind }) => kind === "build") ? ["build.rs"] : []),
  ];
}

const collapsed = ["example", "test", "bench"] as const;

/** A name is the user's: it must not lead out of its directory. */
function fileName(name: string): string {
  return name.replace(/[^\w-]/g, "_");
}

/** Undefined where it is what Cargo makes of the package's name. */
function libName({ name }: Target, { resolved }: LocalManifest): string | undefined {
  return name === resolved.package?.name.replaceAll("-", "_") ? undefined : name;
}

function stubKind({ kind, crateTypes }: Target): StubKind {
  if (crateTypes.some((type) => type === "cdylib" || type === "staticlib")) return "linked-library";
  return kind === "lib" || !crateTypes.includes("bin") ? "library" : "program";
}

/**
 * What a target's table says beside its name and path, where it differs from the default for its kind. All of
 * it decides what Cargo plans: which commands include the target, and (by the crate type, when the profile
 * has `lto`) how its dependencies are compiled.
 */
function targetFlags(
  target: Target,
  manifest: ResolvedManifest,
): readonly (readonly [string, TomlValue | undefined])[] {
  const { kind, crateTypes, requiredFeatures } = target;
  const written = manifest.targets.find(
    (one) => one.kind === kind && (kind === "lib" || one.name === target.name),
  );
  const isDefault = crateTypes.join() === (kind === "lib" ? "lib" : "bin");
  const isMacro = crateTypes.includes("proc-macro");
  const own = kind === "lib" || kind === "bin";
  const unless = (value: boolean | undefined, usual: boolean): boolean | undefined =>
    value === usual ? undefined : value;
  return [
    ["crate-type", isDefault || isMacro || kind === "bin" ? undefined : [...crateTypes]],
    ["proc-macro", isMacro || undefined],
    ["required-features", requiredFeatures.length > 0 ? sortedSet([...requiredFeatures]) : undefined],
    ["harness", unless(target.harness, true)],
    ["test", unless(target.test, own || kind === "test")],
    ["bench", unless(written?.bench, own || kind === "bench")],
    ["doc", unless(written?.doc, own)],
    ["doctest", unless(written?.doctest, kind === "lib")],
  ];
}

/** What a stub is compiled to: a program, a library for other crates, or one that is linked by itself. */
export type StubKind = "program" | "library" | "linked-library";

/**
 * Rust that compiles in every edition, without warnings, and on bare-metal targets and UEFI, where there is no `std`
 * and whatever is linked must bring a panic handler. Not by `#![no_std]` everywhere: a program that does
 * without `std` does not link on other systems. UEFI's linker looks for an entry by its name.
 *
 * No stub uses a dependency, so none is linked into it, and their panic handlers do not clash with this one.
 */
export function stubText(kind: StubKind): string {
  const attributes = kind === "program" ? "no_std, no_main" : "no_std";
  const lines = [
    "//! Stands for the project's own code while its dependencies are built.",
    "",
    "#![allow(unused_crate_dependencies)]",
    `#![cfg_attr(${withoutStd}, ${attributes})]`,
  ];
  if (kind !== "library") lines.push("", ...panicHandler);
  if (kind === "program") lines.push("", ...entry, "", `#[cfg(not(${withoutStd}))]`, "fn main() {}");
  return `${lines.join("\n")}\n`;
}

const withoutStd = 'any(target_os = "none", target_os = "uefi")';

const panicHandler = [
  `#[cfg(${withoutStd})]`,
  "#[panic_handler]",
  "fn panic(_: &core::panic::PanicInfo<'_>) -> ! {",
  "    loop {}",
  "}",
];

/** In a macro, since compilers before 1.82 cannot read what newer ones want in edition 2024, even where it is left out. */
const entry = [
  '#[cfg(target_os = "uefi")]',
  "macro_rules! entry {",
  "    () => {",
  '        #[unsafe(export_name = "efi_main")]',
  "        fn main() {}",
  "    };",
  "}",
  '#[cfg(target_os = "uefi")]',
  "entry!();",
];
