import type { CrateTree } from "../../derivation/tree.ts";

/**
 * A crate of a registry as it was published, verified by its checksum (Crane's `downloadCargoPackage`): the
 * `src` of an override that takes another version's files, or an input of a step.
 *
 * @example
 * crate.overrideAttrs({ src: lib.downloadCargoPackage({ name, version, source, checksum }) })
 */
export function downloadCargoPackage(args: Omit<CrateTree, "type">): CrateTree {
  const { name, version, source, checksum } = args;
  return { type: "crate", name, version, source, checksum };
}
