// cargo/workspace: which manifests belong together: a workspace's root, and its members.

import { posix } from "node:path";
import { isWithin, localPath, normalPath, upward } from "../../base/paths.ts";
import { ok, type Result } from "../../base/result.ts";
import { isTable, type TomlTable, type TomlValue } from "../toml/toml.ts";
import type { ManifestReader } from "./manifestReader.ts";

/** What a manifest says about which workspace it belongs to. */
export type WorkspaceKeys = {
  /** Absent: the manifest is no workspace's root. */
  readonly root?: Membership;
  /** `package.workspace`: the directory of the root, relative to the manifest's own. */
  readonly pointer?: string;
};

/** Paths and globs, as `[workspace]` has them. */
type Membership = { readonly members: readonly string[]; readonly exclude: readonly string[] };

/** The root of a workspace. */
type WorkspaceRoot = {
  /** Not looked at where a pointer leads there: there may be no manifest. */
  readonly directory: string;
  /** The `package.workspace` that leads there, and the directory of the manifest that has it. */
  readonly pointer?: { readonly directory: string; readonly written: string };
};

/**
 * The root of the workspace that the package in `directory` belongs to; undefined for a package in no workspace.
 *
 * The rule is that of Cargo 1.95 (`Workspace::find_root`), for building in the package and for what it inherits: from
 * its own manifest upward, the first that has a `[workspace]` or a `package.workspace`. A `[workspace]` that excludes
 * `directory` is passed over. Whether the root counts the package among its members is another question.
 *
 * Not followed is what depends on the order in which Cargo reads manifests: a root that it has read already is taken
 * before a nearer one.
 *
 * Errors: those of `keysIn`.
 *
 * @param directory absolute, or relative to the source's root, which is `.` itself
 * @param keysIn what the manifest of a directory says; undefined where there is none, or where it says nothing of this
 */
export function findWorkspaceRoot(
  directory: string,
  keysIn: (directory: string) => Result<WorkspaceKeys | undefined>,
): Result<WorkspaceRoot | undefined> {
  for (const at of upward(directory)) {
    // `cargo package` verifies a package here, by itself.
    if (at !== directory && /(^|\/)target\/package$/.test(at)) break;
    const keys = keysIn(at);
    if (!keys.ok) return keys;
    const { root, pointer } = keys.value ?? {};
    if (root && !isExcluded(directory, root, at)) return ok({ directory: at });
    if (root || pointer === undefined) continue;
    return ok({ directory: resolved(at, pointer), pointer: { directory: at, written: pointer } });
  }
  return ok(undefined);
}

/** Whether a workspace leaves a directory out: `exclude` names it or one above it, and `members` does not. */
export function isExcluded(directory: string, { members, exclude }: Membership, root: string): boolean {
  const covers = (path: string) => isWithin(directory, resolved(root, path));
  return exclude.some(covers) && !members.some(covers);
}

function resolved(directory: string, path: string): string {
  return posix.isAbsolute(path) ? normalPath(path) : normalPath(directory, path);
}

/** Reads these keys of a manifest only: everything else about it is judged where it is needed. */
export function workspaceKeys(manifest: TomlTable): WorkspaceKeys {
  const { workspace } = manifest;
  const own = manifest.package ?? manifest.project;
  const pointer = isTable(own) ? own.workspace : undefined;
  return {
    ...(isTable(workspace) && {
      root: { members: strings(workspace.members), exclude: strings(workspace.exclude) },
    }),
    ...(typeof pointer === "string" && { pointer }),
  };
}

function strings(value: TomlValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}

/**
 * The directory of the root of a package's workspace among the manifests of a source; undefined also where it lies
 * outside the source.
 *
 * Errors: those of `ManifestReader.read`.
 */
export function workspaceRootIn(manifests: ManifestReader, directory: string): Result<string | undefined> {
  const root = findWorkspaceRoot(directory, (at) => {
    if (!manifests.has(at)) return ok(undefined);
    const manifest = manifests.read(at);
    return manifest.ok ? ok(workspaceKeys(manifest.value.raw)) : manifest;
  });
  if (!root.ok) return root;
  return ok(root.value && localPath(".", root.value.directory));
}
