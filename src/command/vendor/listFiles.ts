import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";

const mark = v.pipe(v.string(), v.parseJson(), v.object({ package: v.nullable(v.string()) }));

/**
 * Completes the `.cargo-checksum.json` of a copied crate (absolute) as `cargo vendor` (1.95) writes it: with
 * the SHA-256 of each file, so that Cargo refuses a crate that was changed by accident. The store's own lists
 * none.
 */
export function listFiles(crate: string): void {
  const checksums = `${crate}/.cargo-checksum.json`;
  const files = readdirSync(crate, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((file) => file !== checksums)
    .map((file) => [file.slice(crate.length + 1), digestOf(readFileSync(file))]);
  const known = v.parse(mark, readFileSync(checksums, "utf8"));
  writeFileSync(checksums, canonical({ files: Object.fromEntries(files), package: known.package }));
}
