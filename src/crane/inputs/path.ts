import type { Source } from "../../derivation/source.ts";

/**
 * A directory as an input: all its files that git does not ignore. It may lie outside the project, which then
 * builds only where that directory is.
 *
 * @param root relative to the project's root, or absolute
 * @example
 * checkout.overrideAttrs({ src: path("../my-private-dep") })
 */
export function path(root: string): Source {
  return { type: "source", root, filter: { kind: "everything" } };
}
