import { posix } from "node:path";
import picomatch from "picomatch/posix.js";
import { byCodeUnit } from "../../base/canonical.ts";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { isWithin, normalPath } from "../paths.ts";
import { placeOf } from "../toml/placeOf.ts";

type WorkspaceMember = {
  /** Relative to the workspace's root, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
};

type WorkspaceFiles = {
  /** The directories that hold a `Cargo.toml`, relative to the root. */
  readonly directories: readonly string[];
  /** The manifest of one of them; only members and what they depend on by path are asked for. */
  readonly read: (directory: string) => Result<Manifest>;
};

/**
 * The members of a workspace, ordered by directory: what `members` names, the root's own package, and the
 * path dependencies of both that lie inside the root, less what `exclude` names
 * (https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields).
 * A package without a `[workspace]` is its only member, together with its path dependencies inside.
 *
 * Errors: `workspace-member`, where `members` names a directory without a `Cargo.toml`; what `read` returns.
 */
export function workspaceMembers(root: Manifest, files: WorkspaceFiles): Result<readonly WorkspaceMember[]> {
  const workspace = root.workspace ?? { members: [], exclude: [], dependencies: [] };
  const members = new Map<string, Manifest>();
  const plain = workspace.members.filter((pattern) => !isGlob(pattern)).map((path) => normalPath(path));
  const isExcluded = (directory: string): boolean =>
    !plain.some((path) => isWithin(directory, path)) &&
    workspace.exclude.some((path) => isWithin(directory, normalPath(path)));

  const queue: string[] = [];
  for (const [index, pattern] of workspace.members.entries()) {
    const found = expandMembers(pattern, files.directories);
    if (found.length === 0 && !isGlob(pattern)) return err(lost(root, pattern, index));
    queue.push(...found);
  }
  if (root.package) queue.push(".");

  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    if (members.has(directory) || isExcluded(directory)) continue;
    const manifest: Result<Manifest> = directory === "." ? ok(root) : files.read(directory);
    if (!manifest.ok) return manifest;
    members.set(directory, manifest.value);
    queue.push(
      ...pathDependencies(manifest.value, directory, root).filter((path) => files.directories.includes(path)),
    );
  }
  const sorted = [...members].sort(([a], [b]) => byCodeUnit(a, b));
  return ok(sorted.map(([directory, manifest]) => ({ directory, manifest })));
}

function pathDependencies(manifest: Manifest, directory: string, root: Manifest): string[] {
  return manifest.dependencies.flatMap((entry) => {
    const shared = entry.workspace && root.workspace?.dependencies.find(({ name }) => name === entry.name);
    const path = shared ? shared.path : entry.path;
    if (path === undefined || posix.isAbsolute(path)) return [];
    const target = normalPath(shared ? "." : directory, path);
    return target.startsWith("../") ? [] : [target];
  });
}

function lost(root: Manifest, pattern: string, index: number) {
  return diagnostic("workspace-member", `workspace member \`${pattern}\` has no \`Cargo.toml\``, {
    place: { ...placeOf(root.document, ["workspace", "members", index]), label: "not found" },
    help: [`remove \`${pattern}\` from \`members\`, or create it: cargo new ${pattern}`],
  });
}

/**
 * The directories that one of a workspace's patterns names, in the order of `directories`.
 *
 * @param pattern a path or a glob as in `members`: `*` and `?` stay within a name, `**` does not
 * @param directories those with a `Cargo.toml`, relative to the workspace's root (itself `.`)
 */
export function expandMembers(pattern: string, directories: readonly string[]): readonly string[] {
  const normal = normalPath(pattern);
  if (!isGlob(pattern)) return directories.filter((directory) => directory === normal);
  const matches = picomatch(normal, { dot: true, nobrace: true, noextglob: true, nonegate: true });
  return directories.filter((directory) => matches(directory));
}

/** Whether the pattern may name no directory at all without that being a mistake. */
function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}
