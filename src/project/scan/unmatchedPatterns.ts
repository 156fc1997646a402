import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { upward } from "../../base/paths.ts";
import type { Filter } from "../../derivation/model.ts";
import { filterPredicate } from "./filterPredicate.ts";

/**
 * A warning for each pattern of `fileset.include` that none of a source's files matches, most often since it is misspelt.
 * Of what an intersection or a difference may have taken away, nothing is said.
 *
 * @param files the paths of those that pass the filter
 */
export function unmatchedPatterns(filter: Filter, files: readonly string[]): readonly Diagnostic[] {
  return patternsOf(filter).flatMap((pattern) => {
    const matches = filterPredicate({ kind: "globs", patterns: [pattern] });
    if (files.some((path) => matches(path, "file"))) return [];
    const plain = pattern.split(/\/?[*?[{(!]/)[0] ?? "";
    const known = new Set(files.flatMap((path) => [path, ...upward(path)]).filter((path) => path !== "."));
    const meant = plain === "" ? undefined : nearest(plain, [...known]);
    return [
      diagnostic("pattern-unmatched", `\`${pattern}\` of \`fileset.include\` matches no file`, {
        help:
          meant === undefined
            ? ["correct it, or take it out"]
            : [`did you mean \`${pattern.replace(plain, meant)}\`?`],
      }),
    ];
  });
}

/** Whether there are any patterns, so that the files are of interest. */
export function hasPatterns(filter: Filter): boolean {
  return patternsOf(filter).length > 0;
}

function patternsOf(filter: Filter): readonly string[] {
  if (filter.kind === "globs") return filter.patterns;
  return filter.kind === "union" ? filter.of.flatMap(patternsOf) : [];
}
