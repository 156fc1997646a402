import { posix } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, type Result } from "../../base/result.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/parseManifest.ts";

/** The manifests of a source. One is parsed when it is asked for, so that a broken one among test data does no harm. */
export type ManifestReader = {
  has(directory: string): boolean;
  /** Errors: `manifest-missing`, and those of `parseManifest`. */
  read(directory: string): Result<Manifest>;
  /** All directories with a manifest, in order of `files`. */
  readonly directories: readonly string[];
};

/**
 * Reads the manifests among `files`, each at most once.
 *
 * @param files texts by path, relative to the source's root, which is `.` itself
 */
export function manifestReader(files: ReadonlyMap<string, string>): ManifestReader {
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
