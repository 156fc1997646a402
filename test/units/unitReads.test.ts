import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { PlannedUnit } from "../../src/units/unitPlan.ts";
import { readsOf } from "../../src/units/unitReads.ts";

const target = mkdtempSync(join(tmpdir(), "gantry-reads-"));
afterAll(() => rmSync(target, { recursive: true }));

const place = { root: "release", directory: "app-0123456789abcdef" };
const reader = { locate: (path: string) => join(target, path) };

/** What the unit read, after its compilation or its build script left that file with that text. */
function reads(mode: "build" | "run-custom-build", file: string, text: string): readonly string[] {
  mkdirSync(dirname(join(target, file)), { recursive: true });
  writeFileSync(join(target, file), text);
  return readsOf(planned(mode), { reader, place, files: [file], usesProcMacro: false });
}

function planned(mode: "build" | "run-custom-build"): PlannedUnit {
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
  return { id: digestOf(mode), unit, dependencies: [] };
}

const compiled = (file: string) => reads("build", "release/deps/app.d", `app: ${file}\n\n${file}:\n`);
const ran = (line: string) =>
  reads("run-custom-build", "release/build/app-0123456789abcdef/output", `${line}\n`);

test.each<[string, readonly string[]]>([
  ["crates/app/src/main.rs", ["file:crates/app/src/main.rs", "names:crates/app"]],
  ["crates/app/src/../x.txt", ["file:crates/app/x.txt", "names:crates/app"]],
  ["/build/source/crates/app/x.txt", ["file:crates/app/x.txt", "names:crates/app"]],
  [
    "/home/me/.cache/gantry/none/build/source/crates/app/x.txt",
    ["file:crates/app/x.txt", "names:crates/app"],
  ],
  ["/build/vendor/itoa-1.0.19/src/lib.rs", ["names:crates/app"]],
])("of a compilation that read %s", (file, expected) => {
  expect(compiled(file)).toEqual(expected);
});

test.each<[string, readonly string[]]>([
  ["cargo::rerun-if-changed=x.txt", ["tree:crates/app/x.txt"]],
  ["cargo:rerun-if-changed=/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-changed=/store/none/build/source/proto", ["tree:proto"]],
  ["cargo::rerun-if-env-changed=CC", []],
  ["cargo::rustc-cfg=fast", ["package:crates/app"]],
])("of a build script that printed %s", (line, expected) => {
  expect(ran(line)).toEqual(expected);
});
