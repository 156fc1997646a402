import { posix } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { DummyInput } from "../dummy/dummyInput.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parseManifest.ts";
import { localPath } from "../paths.ts";

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

/** Parses manifests when they are asked for, so that a broken one among test data does no harm. */
export type ManifestReader = {
  has(directory: string): boolean;
  /** Errors: `manifest-missing`, and those of `parseManifest`. */
  read(directory: string): Result<Manifest>;
  /** All directories with a manifest, in order of `files`. */
  readonly directories: readonly string[];
};

/** Reads the manifests of `files`, each at most once. */
export function manifestReader(files: DummyInput["files"]): ManifestReader {
  const parsed = new Map<string, Result<Manifest>>();
  const fileOf = (directory: string): string => posix.join(directory, "Cargo.toml");
  const read = (directory: string): Result<Manifest> => {
    const file = fileOf(directory);
    const text = files.get(file);
    return text === undefined
      ? err(diagnostic("manifest-missing", `\`${file}\` is not in the source`, { help: ["cargo init"] }))
      : parseManifest(file, text);
  };
  return {
    has: (directory) => files.has(fileOf(directory)),
    read(directory) {
      const known = parsed.get(directory) ?? read(directory);
      parsed.set(directory, known);
      return known;
    },
    directories: [...files.keys()]
      .filter((path) => posix.basename(path) === "Cargo.toml")
      .map((path) => posix.dirname(path)),
  };
}
