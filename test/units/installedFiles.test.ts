import { expect, test } from "vitest";
import { installedFiles } from "../../src/units/layout/unitMessages.ts";

const packageId = "path+file:///build/source/crates/app#0.1.0";
const target = "/build/target/release";

type Target = { readonly kind: string; readonly types?: readonly string[]; readonly executable?: string };

function installed({ kind, types = [kind], executable }: Target, ...filenames: readonly string[]) {
  const message = {
    reason: "compiler-artifact",
    package_id: packageId,
    target: { kind: [kind], crate_types: types, name: "app", src_path: "/build/source/src/lib.rs" },
    profile: { opt_level: "3", debuginfo: 0, debug_assertions: false, overflow_checks: false, test: false },
    features: [],
    filenames: executable === undefined ? filenames : [executable],
    executable: executable ?? null,
    fresh: false,
  };
  return installedFiles([JSON.stringify(message)]).map(({ directory, file }) => `${directory} ${file}`);
}

test("programs, but not those that one package has as an artifact dependency, in either layout", () => {
  const programs = [
    `${target}/app`,
    "/build/target/artifact/app",
    `${target}/deps/artifact/tool-526c324875cf8be7/bin/tool-526c324875cf8be7`,
    `${target}/build/tool/526c324875cf8be7/artifact/bin/tool`,
  ];
  expect(programs.flatMap((executable) => installed({ kind: "bin", executable }))).toEqual([
    `bin ${target}/app`,
    "bin /build/target/artifact/app",
  ]);
});

test("libraries that other programs link, and nothing for Rust alone", () => {
  const files = [`${target}/libapp.so`, `${target}/libapp.a`, `${target}/libapp.rlib`];
  expect(installed({ kind: "dylib" }, `${target}/libapp.so`)).toEqual([`lib ${target}/libapp.so`]);
  expect(installed({ kind: "cdylib", types: ["cdylib", "staticlib", "rlib"] }, ...files)).toEqual([
    `lib ${target}/libapp.so`,
    `lib ${target}/libapp.a`,
  ]);
  expect(installed({ kind: "proc-macro" }, `${target}/libapp.so`)).toEqual([]);
  expect(installed({ kind: "rlib" }, `${target}/libapp.rlib`)).toEqual([]);
});
