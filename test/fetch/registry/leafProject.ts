import { publishedCrate } from "../../rig/publishedCrate.ts";

/** What the registries of these tests serve. */
export const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn number() -> u8 { 7 }\n" });

export type LeafSetting = {
  /** The lock's source of `leaf`. */
  readonly source: string;
  /** The name that the manifest has for its registry. Default: crates.io. */
  readonly registry?: string;
};

/** The files of a program that prints `leaf::number()`. */
export function leafProject({ source, registry }: LeafSetting) {
  const from = registry === undefined ? "" : `, registry = "${registry}"`;
  return {
    "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = { version = "1"${from} }\n`,
    "Cargo.lock": `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "leaf",\n]\n\n[[package]]\nname = "leaf"\nversion = "1.0.0"\nsource = "${source}"\nchecksum = "${leaf.checksum}"\n`,
    "src/main.rs": 'fn main() { println!("{}", leaf::number()) }\n',
  };
}

export const replacedBy = (what: string) =>
  `[source.crates-io]\nreplace-with = "ours"\n\n[source.ours]\n${what}\n`;
