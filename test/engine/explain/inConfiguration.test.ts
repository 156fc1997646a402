import { expect, test } from "vitest";
import { exampleConfiguration, inConfiguration } from "../../../src/engine/explain/inConfiguration.ts";

test("names what the configuration names", () => {
  const text =
    "defineProject(({ crane, pkgs }) => { const lib = crane.overrideToolchain(…); … pkgs.zlib … })";
  expect(
    inConfiguration(['src: crane.cleanCargoSource(".")', "nativeBuildInputs: [pkgs.zlib]"], text),
  ).toEqual([
    'in `gantry.config.ts`: src: lib.cleanCargoSource(".")',
    "in `gantry.config.ts`: nativeBuildInputs: [pkgs.zlib]",
  ]);
});

test("the name that Crane's functions have there, which no comment, path or word in a text gives", () => {
  const named = (text: string) =>
    inConfiguration(['src: crane.cleanCargoSource(".")'], text)[0]?.split(" ").at(-1);
  expect(
    [
      '// lib.buildPackage\nconst src = "src/lib.rs"; crane.buildPackage({ src })',
      "({ crane: c }) => c.cargoClippy({ src })",
      "const rust = crane.appendCrateRegistries([]); rust.buildPackage({ src })",
      'const a = fileset.include("a/**", "https://b/*"); const own = crane.overrideToolchain(t); "*/"',
      "/* lib.cleanCargoSource() */ ({ crane }) => helper(crane)",
    ].map(named),
  ).toEqual(["crane", "c", "rust", "own", "crane"].map((name) => `${name}.cleanCargoSource(".")`));
});

test("says which names have to be taken first", () => {
  const declarations = [
    'src: fileset.union(crane.cleanCargoSource("."), fileset.include("sql/**"))',
    'nativeBuildInputs: [pkgs.zlib, pkg({ name: "x", … })]',
  ];
  expect(inConfiguration(declarations, "defineProject(({ crane }) => …)")).toEqual([
    'in `gantry.config.ts`: src: fileset.union(crane.cleanCargoSource("."), fileset.include("sql/**"))',
    'in `gantry.config.ts`: nativeBuildInputs: [pkgs.zlib, pkg({ name: "x", … })]',
    "and take what it names: defineProject(({ crane, fileset, pkgs }) => …)",
    'and import it: import { defineProject, pkg } from "gantry"',
  ]);
});

test("without a configuration: the file to write", () => {
  expect(inConfiguration(["nativeBuildInputs: [pkgs.zlib]"], undefined)).toEqual([
    `write \`gantry.config.ts\` beside \`Cargo.toml\`:\n${exampleConfiguration(["nativeBuildInputs: [pkgs.zlib]"])}`,
  ]);
});

test("nothing to declare, nothing to say", () => {
  expect(inConfiguration([], undefined)).toEqual([]);
});
