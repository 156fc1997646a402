import { posix } from "node:path";
import { byCodeUnit } from "../../base/canonical.ts";
import type { DummyInput } from "./dummyInput.ts";

/** The directories in which Cargo will be run, as `DummyInput.roots` says, in order. */
export function sourceRoots({ files, roots }: DummyInput): readonly string[] {
  if (roots) return [...new Set(roots.map((root) => posix.join(root)))].sort(byCodeUnit);
  if (files.has("Cargo.toml")) return ["."];
  return [...files.keys()]
    .filter((path) => posix.basename(path) === "Cargo.lock")
    .map((path) => posix.dirname(path))
    .filter((directory) => files.has(posix.join(directory, "Cargo.toml")))
    .sort(byCodeUnit);
}
