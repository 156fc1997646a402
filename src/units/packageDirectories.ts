import { posix } from "node:path";
import { expandMembers } from "../cargo/expandMembers.ts";
import type { TomlTable } from "../cargo/toml.ts";
import { manifestTable } from "./manifestTable.ts";

/**
 * The directories of the packages that a source consists of, `""` for the root: those with planned units, and what
 * `members` names, whether it is planned or not. A `Cargo.toml` elsewhere does not make a package: templates and what
 * tests work on have some too, and are data.
 *
 * @param paths of the source's files
 * @param workspace its directory, `""` for the root, and the text of its `Cargo.toml`
 */
export function packageDirectories(
  planned: Iterable<string>,
  paths: readonly string[],
  { directory, manifest }: { readonly directory: string; readonly manifest: string },
): ReadonlySet<string> {
  const directories = paths.flatMap((path) => /^(.*)\/Cargo\.toml$/.exec(path)?.[1] ?? []);
  const seen = directories.map((each) => posix.relative(directory, each));
  const members = membersIn(manifestTable(manifest)).flatMap((pattern) => expandMembers(pattern, seen));
  return new Set(["", directory, ...planned, ...members.map((each) => posix.join(directory, each))]);
}

function membersIn({ workspace }: TomlTable): string[] {
  const members = typeof workspace === "object" && "members" in workspace ? workspace.members : undefined;
  return Array.isArray(members) ? members.filter((member) => typeof member === "string") : [];
}
