import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { readToml } from "../../cargo/toml/readToml.ts";
import { parseToml } from "../../cargo/toml/toml.ts";
import { replaceFile } from "../../tree/replaceFile.ts";

/** What somebody has looked at: a crate with a build script or a macro, as it was then. */
export type LedgerEntry = {
  /** `build script`, `macro`, or `build script and macro`. */
  readonly kind: string;
  /** SHA-256 of the `.crate` file as in `Cargo.lock`; of what has none there, of its files. */
  readonly checksum: string;
  /** SHA-256 of the code that runs, which may be the same in two versions. */
  readonly code: string;
  /** What the code names, in words. */
  readonly shows: readonly string[];
  /** What it was seen to do, see `actsOf`. Empty: nothing, or nobody has looked yet. */
  readonly observed: readonly string[];
};

/** By `NAME@VERSION`; of another registry or repository with that after a space. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/**
 * Reads a ledger of scripts; empty where there is no such file.
 *
 * Errors: `toml-syntax`, `script-ledger-invalid`.
 *
 * @param file its path; messages show it relative to `root`
 */
export function readLedger(file: string, root: string): Result<Ledger> {
  if (!existsSync(file)) return ok(new Map());
  const document = parseToml(relative(root, file), readFileSync(file, "utf8"));
  if (!document.ok) return document;
  const { root: top, finish } = readToml(document.value, "script-ledger-invalid");
  if (top.value("version") !== 1)
    top.fail("version", "this Gantry reads ledgers of scripts of version 1", "update Gantry");
  const entries = top.children("script").map(([name, of]) => {
    const [kind, checksum, code] = [of.required("kind"), of.required("checksum"), of.required("code")];
    const [shows = [], observed = []] = [of.strings("shows"), of.strings("observed")];
    return [name, { kind, checksum, code, shows, observed }] as const;
  });
  return finish(new Map(entries));
}

/**
 * Writes a ledger: each entry a table of its own, at its place by name, so that a change is a small difference to review, and
 * changes of two people merge.
 */
export function writeLedger(file: string, ledger: Ledger): void {
  const tables = [...ledger].sort(([a], [b]) => byCodeUnit(a, b)).map(tableOf);
  replaceFile(file, `${[head, ...tables].join("\n\n")}\n`);
}

function tableOf([name, { kind, checksum, code, shows, observed }]: readonly [string, LedgerEntry]): string {
  return [
    `[script.${JSON.stringify(name)}]`,
    `kind = ${JSON.stringify(kind)}`,
    `checksum = ${JSON.stringify(checksum)}`,
    `code = ${JSON.stringify(code)}`,
    `shows = ${listOf(shows)}`,
    ...(observed.length > 0 ? [`observed = ${listOf(observed)}`] : []),
  ].join("\n");
}

function listOf(texts: readonly string[]): string {
  return `[${texts.map((each) => JSON.stringify(each)).join(", ")}]`;
}

const head = `# Code of others that runs while this project is compiled, as somebody has looked at it. To be committed.
# An entry is made by: gantry policy --accept NAME@VERSION
version = 1`;
