import { posix } from "node:path";
import type { Data } from "../../base/digest.ts";
import { ok } from "../../base/result.ts";
import { inherit } from "../../cargo/manifest/inherit.ts";
import { offeredFeatures } from "../../cargo/manifest/offeredFeatures.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import {
  isTable,
  parseToml,
  type TomlTable,
  type TomlValue,
  tableOf,
  unlessEmpty,
} from "../../cargo/toml/toml.ts";
import { findWorkspaceRoot, workspaceKeys } from "../../cargo/workspace/workspaceRoot.ts";

/**
 * What of a member's manifest its units are made from: `[package]`, which sets `CARGO_PKG_…`; its features, whose
 * names rustc is told to expect, also those that optional dependencies give it; `[lints]`; each with what it inherits of the
 * workspace; what `[lib]` is, since a program without one is linked otherwise; and unstable features that change arguments. The
 * dependencies that are used are in the plan. Who reads the file itself, as build scripts and macros do, is seen to.
 */
export function manifestFacts(manifest: string, root: string): Data {
  const written = manifestTable(manifest);
  const { workspace } = manifestTable(root);
  // rustc is told a path that counts from the member: an inherited `readme` is another than its own of that name.
  const complete = inherit(written, { workspace, fromMember: (path) => `<workspace>/${path}` });
  // `[project]` is its old name.
  const package_ = complete.package ?? complete.project;
  const own = isTable(package_) ? package_ : tableOf([]);
  const shown = Object.fromEntries(shownToRustc.map((name) => [name, asData(own[name])]));
  const others = ["lib", "hints", "cargo-features"].map((name) => asData(written[name]));
  return [shown, asData(unlessEmpty(offeredFeatures(written))), asData(complete.lints), ...others];
}

/** The fields of `[package]` that rustc is told, most as `CARGO_PKG_…` (The Cargo Book, "Environment Variables"). */
const shownToRustc = [
  ...["name", "version", "authors", "description", "homepage", "repository", "license", "license-file"],
  ...["readme", "rust-version", "edition", "links"],
];

/**
 * Whether a test is compiled with rustc's harness (`harness` of its target), which Cargo neither shows in the plan nor
 * in the names of files.
 */
export function usesHarness(manifest: string, { mode, target }: Pick<Unit, "mode" | "target">): boolean {
  // Most manifests need no parsing.
  if ((mode !== "test" && mode !== "check") || !manifest.includes("harness")) return true;
  const [kind = ""] = target.kind;
  const table = manifestTable(manifest)[targetTables.has(kind) ? kind : "lib"];
  const tables = Array.isArray(table)
    ? table.filter((each) => isTable(each) && each.name === target.name)
    : [table];
  return !tables.some((each) => isTable(each) && each.harness === false);
}

const targetTables: ReadonlySet<string> = new Set(["bin", "test", "bench", "example"]);

function asData(value: TomlValue | undefined): Data {
  if (value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(asData);
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
  return String(value);
}

type Manifests = {
  /** Whether a path of the source is a file. */
  readonly exists: (path: string) => boolean;
  readonly text: (path: string) => string;
};

/**
 * The path of the manifest that a package inherits from; undefined for a package in no workspace. A path dependency may
 * be a member of another workspace than the one that is built.
 *
 * @param directory `""` for the source's root
 */
export function workspaceManifest(directory: string, { exists, text }: Manifests): string | undefined {
  const found = findWorkspaceRoot(directory || ".", (at) => {
    const path = manifestIn(at);
    // Most manifests need no parsing.
    const mayTell = exists(path) && text(path).includes("workspace");
    return ok(mayTell ? workspaceKeys(manifestTable(text(path))) : undefined);
  });
  return found.ok && found.value ? manifestIn(found.value.directory) : undefined;
}

/** The path of the manifest in a directory, `""` for the source's root. */
export function manifestIn(directory: string): string {
  return posix.join(directory, "Cargo.toml");
}

/**
 * The tables of a manifest by the rules of all other TOML: large integers are `bigint`, a byte order mark is skipped.
 * Cargo has planned with the manifest, so one that is no TOML is a bug.
 */
export function manifestTable(text: string): TomlTable {
  const known = lastTables.get(text);
  if (known) return known;
  const document = parseToml("Cargo.toml", text);
  if (!document.ok) throw new Error(document.error.message);
  const { table } = document.value;
  const [oldest] = lastTables.keys();
  if (lastTables.size === 2 && oldest !== undefined) lastTables.delete(oldest);
  lastTables.set(text, table);
  return table;
}

/** By their texts: the workspace's manifest is asked for with that of each member. */
const lastTables = new Map<string, TomlTable>();
