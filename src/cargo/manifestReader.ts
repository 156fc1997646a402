import { posix } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { err, type Result } from "../base/result.ts";
import type { DummyInput } from "./dummy/dummyInput.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parseManifest.ts";

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
