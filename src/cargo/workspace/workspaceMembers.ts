import { posix } from "node:path";
import picomatch from "picomatch/posix.js";
import { diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { localPath, normalPath } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { resolveInheritance } from "../manifest/inheritance.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { placeOf } from "../toml/placeOf.ts";
import { type ManifestReader, manifestReader } from "./manifestReader.ts";
import { isExcluded } from "./workspaceRoot.ts";

type WorkspaceMember = {
  /** Relative to the source's root, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
};

/**
 * The members of the workspace in `directory`, ordered by directory: what `members` names, the root's own package, and
 * the path dependencies of both that lie inside the root, less what `exclude` names
 * (https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields).
 * A package without a `[workspace]` is its only member, together with its path dependencies inside.
 *
 * Errors: `workspace-member`, where `members` names a directory without a `Cargo.toml`; those of `ManifestReader.read`.
 *
 * @param directory relative to the source's root, which is `.` itself
 */
export function workspaceMembers(
  manifests: ManifestReader,
  directory: string,
): Result<readonly WorkspaceMember[]> {
  const read = manifests.read(directory);
  if (!read.ok) return read;
  const root = read.value;
  const { members: patterns, exclude } = root.workspace ?? { members: [], exclude: [] };
  const inside = manifests.directories.map((each) => posix.relative(directory, each) || ".");
  const queue: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const named = expandMembers(pattern, inside);
    if (named.length === 0 && !isGlob(pattern)) return err(memberMissing(root, pattern, index));
    queue.push(...named);
  }
  if (root.package) queue.push(".");

  const members = new Map<string, Manifest>();
  for (let member = queue.shift(); member !== undefined; member = queue.shift()) {
    if (members.has(member) || isExcluded(member, { members: patterns, exclude }, ".")) continue;
    const manifest = manifests.read(posix.join(directory, member));
    if (!manifest.ok) return manifest;
    members.set(member, manifest.value);
    const near = pathDependencies(manifest.value, member, root);
    queue.push(...near.filter((path) => inside.includes(path)));
  }
  return ok(
    [...members]
      .sort(([a], [b]) => byCodeUnit(a, b))
      .map(([member, manifest]) => ({ directory: posix.join(directory, member), manifest })),
  );
}

/**
 * The same of a source that is a list of files, of which only the manifests are read.
 *
 * Errors: those of `workspaceMembers`.
 *
 * @param paths relative to the source's root
 * @param directory relative to the source's root, which is `.` itself
 */
export function membersAmong(
  paths: readonly string[],
  textOf: (path: string) => string,
  directory = ".",
): Result<readonly WorkspaceMember[]> {
  const manifests = paths.filter((path) => posix.basename(path) === "Cargo.toml");
  return workspaceMembers(manifestReader(new Map(manifests.map((path) => [path, textOf(path)]))), directory);
}

/** @param directory of the member, relative to the workspace's */
function pathDependencies(member: Manifest, directory: string, root: Manifest): string[] {
  const resolved = resolveInheritance(member, root);
  const { dependencies } = resolved.ok ? resolved.value : member;
  return dependencies.flatMap(({ path }) => (path === undefined ? [] : (localPath(directory, path) ?? [])));
}

function memberMissing(root: Manifest, pattern: string, index: number) {
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
