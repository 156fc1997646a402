import { posix } from "node:path";
import { isPlanningFile } from "./dummy/isPlanningFile.ts";
import { isWithin } from "./isWithin.ts";

/**
 * The files of a directory that Cargo's configuration names. Where packages lie in it, their code and manifests are
 * left out: `[env] ROOT = { value = "", relative = true }` must not compile everything after each edit.
 *
 * @param paths of all files of the source
 */
export function directoryFiles(directory: string, paths: readonly string[]): readonly string[] {
  const within = paths.filter((path) => isWithin(path, directory));
  const holdsPackages = within.some((path) => posix.basename(path) === "Cargo.toml");
  return holdsPackages ? within.filter((path) => !path.endsWith(".rs") && !isPlanningFile(path)) : within;
}
