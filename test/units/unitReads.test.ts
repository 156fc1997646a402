import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { PlannedUnit } from "../../src/units/key/unitPlan.ts";
import { readsOf } from "../../src/units/key/unitReads.ts";
import { buildScriptTraces, compilationTraces } from "../../src/units/layout/unitTraces.ts";

const target = mkdtempSync(join(tmpdir(), "gantry-reads-"));
afterAll(() => rmSync(target, { recursive: true }));

const place = { root: "release", directory: "app-0123456789abcdef" };
const variables = ["GREETING", "PROTOC"];
const anyVariable = ["env:GREETING", "env:PROTOC", "variables:"];
const reader = { locate: (path: string) => join(target, path) };

/** What the unit read, after its compilation or its build script left that file with that text. */
function reads(mode: Mode, file: string, text: string, usesProcMacro = false): readonly string[] {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  writeFileSync(join(target, file), text);
  return readsIn(mode, [file], usesProcMacro);
}

function readsIn(mode: Mode, files: readonly string[], usesProcMacro = false): readonly string[] {
  const traces =
    mode === "run-custom-build" ? buildScriptTraces(reader, place) : compilationTraces(reader, files);
  return readsOf(planned(mode, usesProcMacro), traces, { variables, workspace: "" });
}

type Mode = "build" | "check" | "run-custom-build";

function planned(mode: Mode, usesProcMacro: boolean): PlannedUnit {
  const packageId = "path+file:///build/source/crates/app#0.1.0";
  const unit: PlannedUnit["unit"] = {
    packageId,
    package: {
      name: "app",
      version: "0.1.0",
      source: { kind: "path", url: "file:///build/source/crates/app" },
    },
    target: {
      kind: ["bin"],
      crateTypes: ["bin"],
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
  return { id: digestOf(mode), unit, dependencies: [], usesProcMacro };
}

const compiled = (file: string, mode: Mode = "build", usesProcMacro = false) =>
  reads(mode, "release/deps/app.d", `app: ${file}\n\n${file}:\n`, usesProcMacro);
const ran = (line: string) =>
  reads("run-custom-build", "release/build/app-0123456789abcdef/output", `${line}\n`);

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

test("of a compilation in which macros run: they may look for Rust files, and read any other and any variable", () => {
  expect(compiled("x.txt", "build", true)).toEqual([
    ...["file:x.txt", "names:crates/app", "data:crates/app"],
    ...anyVariable,
  ]);
});

test("of a compilation that asked for variables: those, but for Cargo's own", () => {
  const asked =
    "# env-dep:GREETING=hello\n# env-dep:NONE\n# env-dep:CARGO_PKG_VERSION=1\n# env-dep:OUT_DIR=/build\n";
  expect(reads("build", "release/deps/app.d", `app: x.txt\n\nx.txt:\n\n${asked}`)).toEqual([
    ...["env:GREETING", "env:NONE", "file:x.txt"],
  ]);
});

test("of a check, where Clippy looks for its settings", () => {
  expect(compiled("x.txt", "check")).toEqual([
    "file:x.txt",
    ...["file:crates/app/.clippy.toml", "file:crates/app/clippy.toml"],
    ...["file:crates/.clippy.toml", "file:crates/clippy.toml", "file:.clippy.toml", "file:clippy.toml"],
  ]);
});

test("of a compilation that left no dep-info: anything in the package, and any variable", () => {
  const files = ["release/deps/none.rlib"];
  expect(readsIn("build", files)).toEqual(["package:crates/app", ...anyVariable]);
});

test.each<[string, readonly string[]]>([
  ["cargo::rerun-if-changed=x.txt", ["tree:crates/app/x.txt"]],
  ["cargo::rerun-if-changed=../x.txt", ["tree:crates/app/../x.txt"]],
  ["cargo:rerun-if-changed=/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-changed=/store/none/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-env-changed=CC", []],
  ["cargo::rustc-cfg=fast", ["package:crates/app", "data:crates/app", "file:Cargo.lock"]],
])("of a build script that printed %s: and any variable", (line, expected) => {
  expect(ran(line)).toEqual([...expected, ...anyVariable]);
});
