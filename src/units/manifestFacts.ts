import { parse } from "smol-toml";
import type { Data } from "../base/canonical.ts";

/**
 * What of a member's manifest its units are made from: `[package]`, which sets `CARGO_PKG_…`; `[features]`, whose
 * names rustc is told to expect; `[lints]`; and what it inherits of the workspace. Its dependencies are in the plan.
 *
 * @param whole for build scripts, which may read the file itself: all of it, but for comments and order
 */
export function manifestFacts(manifest: string, root: string, whole: boolean): Data {
  const table = parse(manifest);
  const workspace = parse(root).workspace;
  const inherited = isTable(workspace) ? [asData(workspace.package), asData(workspace.lints)] : [];
  if (whole) return [asData(table), inherited];
  return [asData(table.package), asData(table.features), asData(table.lints), inherited];
}

function asData(value: unknown): Data {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(asData);
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
  return String(value);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
