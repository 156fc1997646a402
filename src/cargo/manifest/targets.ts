import { posix } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import { placeOf } from "../toml/placeOf.ts";
import { resolveInheritance } from "./inheritance.ts";
import type { AutomaticKind, Manifest, ManifestTarget, ResolvedManifest } from "./manifest.ts";

/** A target of a package: something Cargo can compile by itself. */
export type Target = {
  readonly kind: TargetKind;
  /** As Cargo reports it: a library's has `_` where the package's has `-`. */
  readonly name: string;
  /** Relative to the package's directory. */
  readonly path: string;
  /** `lib`, `rlib`, `cdylib`, `staticlib`, `proc-macro`, `bin`, … */
  readonly crateTypes: readonly string[];
  readonly edition: string;
  readonly requiredFeatures: readonly string[];
  /** False: the target brings its own `main` for tests. */
  readonly harness: boolean;
  /** Whether `cargo test` builds it as a test. */
  readonly test: boolean;
};

type TargetKind = "lib" | "bin" | "example" | "test" | "bench" | "custom-build";

/**
 * All targets of a package, those written in its manifest and those that Cargo discovers: the library, then
 * binaries, examples, tests, benches, the build script.
 *
 * The rules are Cargo's (https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery),
 * also those of edition 2015, where writing one target of a kind turns the discovery of that kind off.
 *
 * Errors: `target-missing`, where a target is written down without a path and no file is in the usual place.
 * As in Cargo, a path that is written down is not looked for: only compiling such a target fails, and
 * published crates often leave the files of their benches out.
 *
 * @param files all files of the package, relative to its directory, with `/`
 */
export function automaticTargets(
  manifest: ResolvedManifest,
  files: readonly string[],
): Result<readonly Target[]> {
  const { package: own } = manifest;
  if (!own) return ok([]);
  const present = new Set(files);
  const context: Context = { manifest, name: own.name, edition: own.edition ?? "2015", files, present };
  const kinds = ["bin", "example", "test", "bench"] as const;
  const targets = all([
    lib(context),
    ...kinds.map((kind) => targetsOf(kind, context)),
    ok(buildScripts(context)),
  ]);
  return targets.ok ? ok(targets.value.flat()) : targets;
}

type Member = {
  readonly manifest: Manifest;
  /** Relative to the workspace's root, which is `.` itself. */
  readonly directory: string;
};

/**
 * All targets of a member of a workspace. What is wrong with them is for Cargo to say: then undefined.
 *
 * @param files of the workspace, relative to its root
 */
export function targetsOfMember(
  { manifest, directory }: Member,
  root: Manifest,
  files: readonly string[],
): readonly Target[] | undefined {
  const resolved = resolveInheritance(manifest, root);
  if (!resolved.ok) return undefined;
  const below = directory === "." ? "" : `${directory}/`;
  const own = files.flatMap((path) => (path.startsWith(below) ? [path.slice(below.length)] : []));
  const targets = automaticTargets(resolved.value, own);
  return targets.ok ? targets.value : undefined;
}

/**
 * The names of the programs that a member of a workspace has; none where something is wrong with its targets.
 *
 * @param files of the workspace, relative to its root
 */
export function programsOfMember(
  member: Member,
  root: Manifest,
  files: readonly string[],
): readonly string[] {
  const targets = targetsOfMember(member, root, files) ?? [];
  return targets.flatMap(({ kind, name }) => (kind === "bin" ? [name] : []));
}

type Context = {
  readonly manifest: ResolvedManifest;
  readonly name: string;
  readonly edition: string;
  readonly files: readonly string[];
  readonly present: ReadonlySet<string>;
};

function lib(context: Context): Result<readonly Target[]> {
  const { manifest, present } = context;
  const written = manifest.targets.find(({ kind }) => kind === "lib");
  const name = written?.name ?? context.name.replaceAll("-", "_");
  const usual = present.has("src/lib.rs");
  if (!written && (!usual || manifest.package?.automatic.lib === false)) return ok([]);
  const old = `src/${name}.rs`;
  const standard = !usual && context.edition === "2015" && present.has(old) ? old : "src/lib.rs";
  return completed(written ?? { kind: "lib", requiredFeatures: [] }, { name, path: standard }, context);
}

function targetsOf(kind: Exclude<AutomaticKind, "lib">, context: Context): Result<readonly Target[]> {
  const written = context.manifest.targets.filter((target) => target.kind === kind);
  const inferred = inferredTargets(kind, context.name, context.files);
  const discover =
    context.manifest.package?.automatic[kind] ?? (written.length === 0 || context.edition !== "2015");
  const explicit = written.map((target) => {
    const name = target.name ?? "";
    const discovered = inferred.find((one) => one.name === name)?.path;
    return completed(target, { name, path: discovered ?? usualPath(kind, name, context) }, context);
  });
  const isNew = ({ name, path }: InferredTarget): boolean =>
    !written.some((target) => target.name === name || (target.path && posix.normalize(target.path) === path));
  const more = discover ? inferred.filter(isNew) : [];
  const targets = all([
    ...explicit,
    ...more.map((target) => completed({ kind, requiredFeatures: [] }, target, context)),
  ]);
  return targets.ok ? ok(targets.value.flat()) : targets;
}

/** Where a target shall lie that is written down without a path, and that is not found by its place. */
function usualPath(
  kind: Exclude<AutomaticKind, "lib">,
  name: string,
  { edition, present, manifest }: Context,
): string {
  const hasLib = present.has("src/lib.rs") || manifest.targets.some((target) => target.kind === "lib");
  const old =
    kind === "bin" && edition === "2015"
      ? [...(hasLib ? [] : [`src/${name}.rs`]), "src/main.rs", "src/bin/main.rs"]
      : [];
  return old.find((path) => present.has(path)) ?? `${directoryOfKind[kind]}/${name}.rs`;
}

function completed(
  written: ManifestTarget,
  usual: InferredTarget,
  { manifest, edition, present }: Context,
): Result<readonly Target[]> {
  const { kind } = written;
  const path = posix.normalize(written.path ?? usual.path);
  if (written.path === undefined && !present.has(path))
    return err(missing(manifest, written, { name: usual.name, path }));
  const crateTypes = kind === "lib" && written.procMacro ? ["proc-macro"] : written.crateTypes;
  return ok([
    {
      kind,
      name: usual.name,
      path,
      crateTypes: crateTypes ?? (kind === "lib" ? ["lib"] : ["bin"]),
      edition: written.edition ?? edition,
      requiredFeatures: written.requiredFeatures,
      harness: written.harness ?? true,
      test: written.test ?? (kind === "lib" || kind === "bin" || kind === "test"),
    },
  ]);
}

function buildScripts({ manifest, edition, present }: Context): readonly Target[] {
  const build = manifest.package?.build ?? present.has("build.rs");
  const paths = typeof build === "boolean" ? (build ? ["build.rs"] : []) : [build].flat();
  return paths.map((path) => ({
    kind: "custom-build",
    name: `build-script-${posix.basename(path, ".rs")}`,
    path: posix.normalize(path),
    crateTypes: ["bin"],
    edition,
    requiredFeatures: [],
    harness: true,
    test: false,
  }));
}

function missing(
  { document, targets }: ResolvedManifest,
  target: ManifestTarget,
  { name, path }: InferredTarget,
) {
  const { kind } = target;
  const index = targets.filter((other) => other.kind === kind).indexOf(target);
  const at = kind === "lib" ? [kind] : [kind, index, "name"];
  return diagnostic("target-missing", `can't find ${kind} \`${name}\` at \`${path}\``, {
    place: { ...placeOf(document, at), label: "has no file in the usual place" },
    help: [`create \`${path}\`, or set \`path\` of this target to where its code is`],
  });
}

type InferredTarget = { readonly name: string; readonly path: string };

/**
 * The targets that Cargo finds by their place: `src/main.rs`, `src/bin/x.rs`, `src/bin/x/main.rs`, and the
 * same below `examples`, `tests` and `benches`. Names that begin with a dot are passed over.
 *
 * @param files all files of the package, relative to its directory, with `/`
 */
function inferredTargets(
  kind: Exclude<AutomaticKind, "lib">,
  packageName: string,
  files: readonly string[],
): readonly InferredTarget[] {
  const main =
    kind === "bin" && files.includes("src/main.rs") ? [{ name: packageName, path: "src/main.rs" }] : [];
  const prefix = `${directoryOfKind[kind]}/`;
  const others = files.flatMap((path) => {
    if (!path.startsWith(prefix)) return [];
    const name = /^([^./][^/]*)(?:\.rs|\/main\.rs)$/.exec(path.slice(prefix.length))?.[1];
    return name === undefined ? [] : [{ name, path }];
  });
  return [...main, ...others];
}

/**
 * Where Cargo looks for the targets of a kind
 * (https://doc.rust-lang.org/cargo/guide/project-layout.html).
 */
export const directoryOfKind = {
  bin: "src/bin",
  example: "examples",
  test: "tests",
  bench: "benches",
} as const;
