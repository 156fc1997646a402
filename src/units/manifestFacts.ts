import type { Data } from "../base/canonical.ts";
import { manifestTable } from "./manifestTable.ts";

type Table = Readonly<Record<string, unknown>>;

/** The fields of `[package]` that rustc is told, most as `CARGO_PKG_…` (The Cargo Book, "Environment Variables"). */
const toldToRustc = [
  ...["name", "version", "authors", "description", "homepage", "repository", "license", "license-file"],
  ...["readme", "rust-version", "edition", "links"],
];

const dependencyTables = ["dependencies", "build-dependencies", "dev-dependencies"];

/**
 * What of a member's manifest its units are made from: `[package]`, which sets `CARGO_PKG_…`; `[features]`, whose
 * names rustc is told to expect; `[lints]`; each with what it inherits of the workspace, and no more. Its
 * dependencies are in the plan.
 *
 * @param whole for build scripts and users of proc macros, which may read the file itself: all of it, but for
 *   comments and order
 */
export function manifestFacts(manifest: string, root: string, whole: boolean): Data {
  const table = manifestTable(manifest);
  const workspace = tableAt(manifestTable(root), "workspace");
  const about = inheriting(tableAt(table, "package"), tableAt(workspace, "package"));
  const lints = tableAt(table, "lints").workspace === true ? workspace.lints : table.lints;
  const told = Object.fromEntries(toldToRustc.map((name) => [name, about[name]]));
  const facts = [asData(told), asData(table.features), asData(lints)];
  if (!whole) return facts;
  const common = tableAt(workspace, "dependencies");
  const dependencies = dependencyTables.map((name) => asData(inheriting(tableAt(table, name), common)));
  return [...facts, asData(table), asData(about), dependencies];
}

/** A table whose entries may say `workspace = true`: these as the workspace has them. */
function inheriting(own: Table, workspace: Table): Table {
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      isTable(value) && value.workspace === true ? [value, workspace[name]] : value,
    ]),
  );
}

function tableAt(table: Table, name: string): Table {
  const value = table[name];
  return isTable(value) ? value : {};
}

function asData(value: unknown): Data {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(asData);
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
  return String(value);
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
