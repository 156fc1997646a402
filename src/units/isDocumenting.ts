import type { Unit } from "../cargo/unitGraph.ts";

/**
 * Whether a unit leaves documentation alone. It is not kept: all of them write to the same files of `doc/`, such as the
 * index that is searched, so none can be told from the others.
 */
export function isDocumenting({ mode }: Unit): boolean {
  return mode === "doc" || mode === "doctest" || mode === "docscrape";
}
