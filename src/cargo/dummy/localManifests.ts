import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { isWithin, localPath } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { resolveInheritance } from "../manifest/inheritance.ts";
import type { Dependency, Manifest, ResolvedManifest } from "../manifest/manifest.ts";
import { type ManifestReader, manifestReader } from "../workspace/manifestReader.ts";
import { workspaceMembers } from "../workspace/workspaceMembers.ts";
import { workspaceRootIn } from "../workspace/workspaceRoot.ts";
import { type DummyInput, sourceRoots } from "./dummyInput.ts";
import { absent, linked, outside, type PathReference } from "./pathReference.ts";
import type { RootConfig } from "./rootConfigs.ts";

/** One manifest of the source that a root reaches: a root, a member, a path dependency, or a patch. */
export type LocalManifest = {
  /** Relative to the source's root, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
  /** With everything that it inherits. */
  readonly resolved: ResolvedManifest;
  /** The directory of the workspace that it inherits from; its own for a root. */
  readonly workspace: string | undefined;
  /** Cargo is run here: the lock, profiles and patches of this manifest count, those of others do not. */
  readonly isRoot: boolean;
};

/**
 * Every manifest that Cargo reads when it is run in one of the roots, ordered by directory: members, path
 * dependencies (also of each other, also excluded ones), patches, and the workspaces that they inherit from.
 *
 * Errors: `path-dependency-outside`, `path-dependency-missing`, `manifest-missing`, and those of parsing,
 * of inheritance and of `members`.
 */
export function localManifests(
  input: DummyInput,
  configs: readonly RootConfig[],
): Result<readonly LocalManifest[]> {
  const reader = manifestReader(input.files);
  const roots = sourceRoots(input);
  const locals = new Map<string, LocalManifest>();
  const queue = [...roots];
  const follow = (references: readonly PathReference[]): Result<void> => {
    for (const reference of references) {
      const directory = localPath(reference.from, reference.path);
      if (directory === undefined) return err(outside(reference, input.words));
      if (!reader.has(directory)) {
        const link = input.paths.find((path) => isWithin(directory, path));
        return err(link === undefined ? absent(reference, directory) : linked(reference, link));
      }
      queue.push(directory);
    }
    return ok();
  };

  const patched = follow(configs.flatMap(({ replacements }) => replacements));
  if (!patched.ok) return patched;
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    if (locals.has(directory)) continue;
    const local = localManifest(directory, reader, roots.includes(directory));
    if (!local.ok) return local;
    locals.set(directory, local.value);
    if (local.value.workspace !== undefined) queue.push(local.value.workspace);
    const members = local.value.isRoot ? workspaceMembers(reader, directory) : ok([]);
    if (!members.ok) return members;
    queue.push(...members.value.map((member) => member.directory));
    const followed = follow([...pathDependencies(local.value), ...pathReplacements(local.value)]);
    if (!followed.ok) return followed;
  }
  return ok([...locals.values()].sort((a, b) => byCodeUnit(a.directory, b.directory)));
}

function localManifest(directory: string, reader: ManifestReader, isRoot: boolean): Result<LocalManifest> {
  const manifest = reader.read(directory);
  if (!manifest.ok) return manifest;
  const workspace = workspaceRootIn(reader, directory);
  if (!workspace.ok) return workspace;
  const root: Result<Manifest> = workspace.value === undefined ? manifest : reader.read(workspace.value);
  if (!root.ok) return root;
  const resolved = resolveInheritance(manifest.value, root.value);
  if (!resolved.ok) return resolved;
  return ok({
    directory,
    manifest: manifest.value,
    resolved: resolved.value,
    workspace: workspace.value,
    isRoot,
  });
}

/** The packages that a manifest depends on by path; without those for development if `kinds` says so. */
export function pathDependencies(
  { directory, resolved }: LocalManifest,
  kinds: readonly Dependency["kind"][] = ["normal", "build", "dev"],
): readonly PathReference[] {
  return references(
    resolved.dependencies.filter(({ kind }) => kinds.includes(kind)),
    directory,
    resolved.document,
  );
}

/** The packages that a root puts in the place of others, by `[patch]` and `[replace]`. */
export function pathReplacements({ directory, manifest, isRoot }: LocalManifest): readonly PathReference[] {
  if (!isRoot) return [];
  const entries = [...Object.values(manifest.patch).flat(), ...manifest.replace];
  return references(entries, directory, manifest.document);
}

function references(
  entries: readonly Dependency[],
  directory: string,
  document: PathReference["document"],
): readonly PathReference[] {
  return entries.flatMap(({ name, path, at }) =>
    path === undefined ? [] : [{ name, path, from: posix.join(directory), document, at: [...at, "path"] }],
  );
}
