import { dirname, join, relative, resolve, sep } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isFile } from "./isFile.ts";
import { parentDirectories } from "./parentDirectories.ts";
import { type WorkspaceKeys, workspaceKeys } from "./workspaceKeys.ts";

/**
 * The manifest at the root of the workspace that `manifest` belongs to; `manifest` itself if there is none.
 *
 * As Cargo 1.95 does it: the manifest's own `[workspace]`, or its `package.workspace`, or the nearest
 * manifest above with either of them, unless that one's `exclude` names this directory and `members` does
 * not. Whether the root lists the package as a member is left to Cargo to complain about.
 *
 * Errors: `source-unreadable`, `toml-syntax`, `workspace-missing` if `package.workspace` leads nowhere.
 *
 * @param manifest an absolute path
 */
export function findWorkspaceRoot(manifest: string): Result<string> {
  const from = dirname(manifest);
  for (const directory of parentDirectories(from)) {
    const candidate = join(directory, "Cargo.toml");
    if (!isFile(candidate)) continue;
    const keys = workspaceKeys(candidate, show(candidate, from));
    if (!keys.ok) return keys;
    const { isRoot, pointer } = keys.value;
    if (isRoot && !excludes(keys.value, directory, from)) return ok(candidate);
    if (isRoot || pointer === undefined) continue;
    const root = resolve(directory, pointer, "Cargo.toml");
    return isFile(root) ? ok(root) : err(workspaceMissing(show(candidate, from), pointer, root));
  }
  return ok(manifest);
}

function excludes({ exclude, members }: WorkspaceKeys, root: string, directory: string): boolean {
  const isBelow = (path: string): boolean => `${directory}${sep}`.startsWith(`${resolve(root, path)}${sep}`);
  return exclude.some(isBelow) && !members.some(isBelow);
}

function workspaceMissing(manifest: string, pointer: string, root: string) {
  return diagnostic(
    "workspace-missing",
    `\`${manifest}\` says \`workspace = "${pointer}"\`, and there is no workspace`,
    {
      notes: [`location searched: ${root}`],
      help: ["correct `package.workspace`, or remove it if a directory above holds the workspace"],
    },
  );
}

function show(path: string, from: string): string {
  return relative(from, path).split(sep).join("/");
}
