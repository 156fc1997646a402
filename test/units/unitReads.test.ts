import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { Access } from "../../src/sandbox/observation.ts";
import type { PlannedUnit } from "../../src/units/key/unitPlan.ts";
import { readsOf, type Seen } from "../../src/units/key/unitReads.ts";
import { buildScriptTraces, compilationTraces } from "../../src/units/layout/unitTraces.ts";

const target = mkdtempSync(join(tmpdir(), "gantry-reads-"));
afterAll(() => rmSync(target, { recursive: true }));

const place = { root: "release", directory: "app-0123456789abcdef" };
const variables = ["GREETING", "PROTOC"];
const anyVariable = ["env:GREETING", "env:PROTOC", "variables:"];
const reader = { locate: (path: string) => join(target, path) };

type Options = { readonly usesProcMacro?: boolean; readonly seen?: Seen; readonly kind?: "bin" | "lib" };

/** What the unit read, after its compilation or its build script left that file with that text. */
function reads(mode: Mode, file: string, text: string, options: Options = {}): readonly string[] {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  writeFileSync(join(target, file), text);
  return readsIn(mode, [file], options);
}

function readsIn(mode: Mode, files: readonly string[], options: Options = {}): readonly string[] {
  const traces =
    mode === "run-custom-build" ? buildScriptTraces(reader, place) : compilationTraces(reader, files);
  const { usesProcMacro = false, seen = { accesses: [] }, kind = "bin" } = options;
  return readsOf(planned(mode, { usesProcMacro, kind }), { traces, seen }, source);
}

const source = {
  ...{ variables, workspace: "" },
  textOf: (path: string) => (path === "asm.rs" ? "core::arch::global_asm!(…)" : ""),
  isDirectory: (path: string) => path === "proto",
};

type Mode = "build" | "check" | "run-custom-build";

function planned(
  mode: Mode,
  { usesProcMacro, kind }: Required<Pick<Options, "usesProcMacro" | "kind">>,
): PlannedUnit {
  const packageId = "path+file:///build/source/crates/app#0.1.0";
  const unit: PlannedUnit["unit"] = {
    packageId,
    package: {
      name: "app",
      version: "0.1.0",
      source: { kind: "path", url: "file:///build/source/crates/app" },
    },
    target: {
      kind: [kind],
      crateTypes: [kind],
      name: "app",
      srcPath: "/build/source/crates/app/src/main.rs",
      edition: "2024",
      test: true,
      doctest: false,
      doc: true,
      requiredFeatures: [],
    },
    profile: { name: "release" },
    mode,
    features: [],
    dependencies: [],
    isStd: false,
  };
  const about = { lto: "objects", isPrimary: true } as const;
  return { id: digestOf(mode), unit, dependencies: [], usesProcMacro, ...about };
}

const compiled = (file: string, options: Options = {}, mode: Mode = "build") =>
  reads(mode, "release/deps/app.d", `app: ${file}\n\n${file}:\n`, options);
const ran = (line: string, options: Options = {}) =>
  reads("run-custom-build", "release/build/app-0123456789abcdef/output", `${line}\n`, options);

test.each<[string, readonly string[]]>([
  ["crates/app/src/main.rs", ["file:crates/app/src/main.rs", "file:crates/app/src/main/mod.rs"]],
  ["crates/app/src/part/mod.rs", ["file:crates/app/src/part.rs", "file:crates/app/src/part/mod.rs"]],
  // Where `..` leads depends on what `src` is.
  ["crates/app/src/../x.txt", ["file:crates/app/src/../x.txt"]],
  ["crates/app/a\\ b.txt c.txt", ["file:c.txt", "file:crates/app/a b.txt"]],
  ["/build/source/crates/app/x.txt", ["file:crates/app/x.txt"]],
  ["/home/me/.cache/gantry/none/build/source/crates/app/x.txt", ["file:crates/app/x.txt"]],
  ["/build/vendor/itoa-1.0.19/src/lib.rs", []],
])("of a compilation that read %s", (file, expected) => {
  expect(compiled(file)).toEqual(expected);
});

test("of a compilation in which macros run: what they were seen to read, and any variable", () => {
  const accesses: Access[] = [
    { kind: "open", path: "/build/source/x.txt" },
    { kind: "open", path: "/build/source/data.txt" },
    { kind: "look", path: "/build/source/data.txt" },
    { kind: "look", path: "/build/source/none.txt" },
    { kind: "open", path: "/build/source/proto" },
    { kind: "link", path: "/build/source/crates" },
    { kind: "write", path: "/build/source/logs/log" },
    { kind: "run", path: "/build/source/x.txt" },
    { kind: "open", path: "/build/vendor/itoa-1.0.0/src/lib.rs" },
    { kind: "open", path: "/build/vendor" },
    { kind: "look", path: "/build/.cargo/config.toml" },
    { kind: "open", path: "/usr/include/stdio.h" },
  ];
  expect(compiled("x.txt", { usesProcMacro: true, seen: { accesses } })).toEqual([
    ...["file:x.txt", ...anyVariable, "file:Cargo.lock"],
    ...["input:/build/.cargo", "input:/build/vendor/itoa-1.0.0", "link:crates"],
    ...["list:proto", "look:logs", "look:none.txt", "open:data.txt", "open:logs/log", "open:x.txt"],
  ]);
});

test("of a compilation that ran a program of the project, without macros: any variable", () => {
  const accesses: Access[] = [{ kind: "run", path: "/build/source/tools/ld" }];
  expect(compiled("x.txt", { seen: { accesses } })).toEqual(["file:x.txt", "open:tools/ld", ...anyVariable]);
});

const gap = { gap: "the level `none` does not observe" };

test.each<[string, Options, string, boolean]>([
  ["a library", { kind: "lib" }, "src/lib.rs", false],
  ["a library with an assembler's directives", { kind: "lib" }, "asm.rs", true],
  ["a library that uses macros", { kind: "lib", usesProcMacro: true }, "src/lib.rs", true],
  ["a program, which is linked", { kind: "bin" }, "src/main.rs", true],
])("of what was not observed: of %s", (_, options, file, readsAll) => {
  const found = compiled(file, { ...options, seen: gap });
  expect(found).toContain(`file:${file}`);
  expect(found.includes(`source:${gap.gap}`)).toBe(readsAll);
});

test("of the run of a build script that was not observed: everything", () => {
  expect(ran("cargo::rerun-if-changed=x.txt", { seen: gap })).toEqual([
    ...["tree:crates/app/x.txt", ...anyVariable, `source:${gap.gap}`],
  ]);
});

test("of a compilation that asked for variables: those, but for Cargo's own", () => {
  const asked =
    "# env-dep:GREETING=hello\n# env-dep:NONE\n# env-dep:CARGO_PKG_VERSION=1\n# env-dep:OUT_DIR=/build\n";
  expect(reads("build", "release/deps/app.d", `app: x.txt\n\nx.txt:\n\n${asked}`)).toEqual([
    ...["env:GREETING", "env:NONE", "file:x.txt"],
  ]);
});

test("of a compilation that left no dep-info: any variable", () => {
  expect(readsIn("build", ["release/deps/none.rlib"])).toEqual(anyVariable);
});

test.each<[string, readonly string[]]>([
  ["cargo::rerun-if-changed=x.txt", ["tree:crates/app/x.txt"]],
  ["cargo::rerun-if-changed=../x.txt", ["tree:crates/app/../x.txt"]],
  ["cargo:rerun-if-changed=/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-changed=/store/none/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-changed=/build/vendor/itoa-1.0.0/x", ["input:/build/vendor/itoa-1.0.0"]],
  ["cargo::rerun-if-env-changed=CC", []],
  ["cargo::rustc-cfg=fast", ["names:crates/app"]],
])("of a build script that printed %s: and any variable", (line, expected) => {
  expect(ran(line)).toEqual([...expected, ...anyVariable]);
});

test.each<[string, string]>([
  ["other lines around it", "ERR\ncargo::rerun-if-changed=x.txt\ncargo"],
  ["white space around it, also of Unicode", "\u2003\t cargo::rerun-if-changed=x.txt \u0085\r"],
  ["no line break behind it, and twice", "cargo:rerun-if-changed=x.txt\ncargo::rerun-if-changed=x.txt"],
  ["words before it in another line", "see cargo::rerun-if-changed=y.txt\n  cargo:rerun-if-changed=x.txt"],
])("of a build script that told Cargo of a file with %s", (_, text) => {
  expect(ran(text)).toEqual(["tree:crates/app/x.txt", ...anyVariable]);
});

test("of a build script that printed bytes which are no text: nothing, as for Cargo", () => {
  const file = join(target, "release/build/app-0123456789abcdef/output");
  ran("");
  writeFileSync(file, Buffer.from("cargo::rerun-if-changed=\xe4\n", "latin1"));
  expect(readsIn("run-custom-build", [])).toEqual(["names:crates/app", ...anyVariable]);
});

test("of a build script that printed more than a string can hold: what it told Cargo before and after", () => {
  const file = join(target, "release/build/app-0123456789abcdef/output");
  ran("cargo::rerun-if-changed=x.txt");
  const size = 520 * 1024 * 1024;
  truncateSync(file, size);
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, "cargo:rerun-if-changed=no.txt\ncargo:rerun-if-changed=y.txt\n", size);
  closeSync(descriptor);
  expect(readsIn("run-custom-build", [])).toEqual([
    ...["tree:crates/app/x.txt", "tree:crates/app/y.txt", ...anyVariable],
  ]);
  rmSync(file);
});
