import { readFileSync, writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import { ok, type Result } from "../../base/result.ts";
import { parseToml } from "../../cargo/parseToml.ts";
import { isTable } from "../../cargo/toml.ts";

/**
 * Excludes `directory` from the workspace of a copied root manifest. Otherwise a package below it would
 * inherit from that workspace and not from its own: of the roots that it has read, Cargo takes any above a
 * package (seen with Cargo 1.95).
 *
 * Errors: `toml-syntax`.
 */
export function excludeOverrides(manifest: string, directory: string): Result<void> {
  const document = parseToml("Cargo.toml", readFileSync(manifest, "utf8"));
  if (!document.ok) return document;
  const { table } = document.value;
  if (!isTable(table.workspace)) return ok();
  const before = Array.isArray(table.workspace.exclude) ? table.workspace.exclude : [];
  const workspace = { ...table.workspace, exclude: [...before, directory] };
  writeFileSync(manifest, stringify({ ...table, workspace }));
  return ok();
}
