import { publishedCrate } from "../rig/publishedCrate.ts";

/** `app` uses `middle`, which uses `leaf`; and `alone`, which uses nothing. */
export const crates = [
  publishedCrate("leaf", "", { "src/lib.rs": "pub fn value() -> u32 {\n    1\n}\n" }),
  publishedCrate("middle", '[dependencies]\nleaf = "1"\n', {
    "src/lib.rs": "pub fn twice() -> u32 {\n    2 * leaf::value()\n}\n",
  }),
  publishedCrate("alone", "", { "src/lib.rs": 'pub fn name() -> &\'static str {\n    "alone"\n}\n' }),
];

export const files = {
  "Cargo.toml":
    '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nalone = "1"\nmiddle = "1"\n',
  "src/main.rs": 'fn main() {\n    println!("{} {}", alone::name(), middle::twice());\n}\n',
  "patches/leaf.patch": [
    "--- a/src/lib.rs",
    "+++ b/src/lib.rs",
    "@@ -1,3 +1,3 @@",
    " pub fn value() -> u32 {",
    "-    1",
    "+    21",
    " }",
    "",
  ].join("\n"),
};

/** A configuration whose package is built with what `vendoring` adds to its arguments. */
export function configuration(vendoring: string): string {
  return [
    'import { defineProject } from "gantry";',
    "",
    "export default defineProject(({ crane, git, path, fromRepository }) => {",
    '  const src = crane.cleanCargoSource(".");',
    "  return {",
    `    packages: { default: crane.buildPackage({ src, doCheck: false, ${vendoring} }) },`,
    "  };",
    "});",
    "",
  ].join("\n");
}

/** An override of the crate `leaf` alone. */
export function leafWith(attrs: string): string {
  return `overrideVendorCargoPackage: (lock, crate) => lock.name === "leaf" ? crate.overrideAttrs(${attrs}) : crate`;
}
