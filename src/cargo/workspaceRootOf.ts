import { posix } from "node:path";
import { ok, type Result } from "../base/result.ts";
import { localPath } from "./localPath.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestReader } from "./manifestReader.ts";

/**
 * The directory of the workspace that a package inherits from: its own, the one it points at, or the nearest
 * above it. Undefined for a package outside all workspaces.
 *
 * `exclude` is not looked at: an excluded package that inherits is an error that Cargo itself reports.
 */
export function workspaceRootOf(
  directory: string,
  manifest: Manifest,
  reader: ManifestReader,
): Result<string | undefined> {
  if (manifest.workspace) return ok(directory);
  const pointer = manifest.package?.workspace;
  if (pointer !== undefined) return ok(localPath(directory, pointer));
  for (let above = directory; above !== "."; ) {
    above = posix.dirname(above);
    if (!reader.has(above)) continue;
    const candidate = reader.read(above);
    if (!candidate.ok) return candidate;
    if (candidate.value.workspace) return ok(above);
  }
  return ok(undefined);
}
