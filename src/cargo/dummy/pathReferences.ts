import { posix } from "node:path";
import type { Dependency } from "../dependency.ts";
import type { LocalManifest } from "./localManifest.ts";
import type { PathReference } from "./pathReference.ts";

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
