import { expect, test } from "vitest";
import { tools } from "../../../src/crane/tools/tools.ts";
import { libOf } from "../lib.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");

test("`cargoDocTest` runs the examples of the documentation, and nothing else", () => {
  const { name, phases, targetDirectory } = lib.cargoDocTest({
    src,
    cargoTestExtraArgs: ["--workspace", "--", "add"],
  });
  expect(name).toBe("app-doctest");
  expect(phases.map((phase) => phase.type === "run" && phase.argv.slice(4).join(" "))).toEqual([
    "--profile release --locked --doc --workspace -- add",
  ]);
  const words = ["test", "--profile", "release", "--locked", "--doc", "--workspace"];
  expect(targetDirectory?.plans).toEqual([words]);
  // A stub has no examples, and `--doc` goes with no `--no-run`.
  expect(targetDirectory?.layer?.targetDirectory?.plans).toEqual([words]);
  expect(lib.cargoDocTest({ src, doCheck: false }).phases).toEqual([]);
});

test("`taploFmt` sees TOML alone", () => {
  expect(lib.taploFmt({ src, sourceRoot: "rust", taploExtraArgs: ["--option", "a=b"] })).toMatchObject({
    name: "app-tomlfmt",
    phases: [{ argv: ["taplo", "fmt", "--check", "--option", "a=b"] }],
    mounts: {
      "/build/source": {
        root: ".",
        filter: { kind: "intersection", of: [{ kind: "cargo" }, { kind: "globs", patterns: ["**/*.toml"] }] },
      },
      "/usr": [tools.taplo(), { type: "base-system" }],
    },
    workspace: "rust",
  });
});

test("`cargoHakari` sees the manifests as they are, and stubs in the place of code", () => {
  const { name, phases, mounts, targetDirectory } = lib.cargoHakari({ src });
  expect(name).toBe("app-hakari");
  expect(phases.map((phase) => phase.type === "run" && phase.argv.join(" "))).toEqual([
    "cargo tree --depth 0 --locked",
    "cargo hakari generate --diff",
    "cargo hakari manage-deps --dry-run",
    "cargo hakari verify",
  ]);
  const patterns = ["**/*.toml", "**/Cargo.lock", "**/.cargo/config"];
  expect(mounts["/build/source"]).toEqual([
    { ...src, filter: { kind: "intersection", of: [src.filter, { kind: "globs", patterns }] } },
    { type: "dummy-source", of: src },
  ]);
  expect(targetDirectory).toBeUndefined();
});
