import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../base/result.ts";
import { parseToml } from "../cargo/parseToml.ts";
import { isTable, type TomlValue } from "../cargo/toml.ts";
import { unreadable } from "./unreadable.ts";

/** The keys of a manifest that say which workspace it belongs to. Absent where of another type. */
export type WorkspaceKeys = {
  readonly isRoot: boolean;
  readonly members: readonly string[];
  readonly exclude: readonly string[];
  /** `package.workspace`: the directory of the root's manifest. */
  readonly pointer: string | undefined;
};

/**
 * Reads these keys only: everything else about the manifest is judged where it is needed.
 *
 * Errors: `source-unreadable`, `toml-syntax`.
 *
 * @param shown the manifest's name in diagnostics
 */
export function workspaceKeys(manifest: string, shown: string): Result<WorkspaceKeys> {
  let text: string;
  try {
    text = readFileSync(manifest, "utf8");
  } catch (thrown) {
    return err(unreadable(shown, thrown));
  }
  const document = parseToml(shown, text);
  if (!document.ok) return document;
  const { workspace, package: own } = document.value.table;
  const pointer = isTable(own) ? own.workspace : undefined;
  return ok({
    isRoot: isTable(workspace),
    members: isTable(workspace) ? strings(workspace.members) : [],
    exclude: isTable(workspace) ? strings(workspace.exclude) : [],
    pointer: typeof pointer === "string" ? pointer : undefined,
  });
}

function strings(value: TomlValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}
