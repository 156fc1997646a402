import { unreachable } from "../base/unreachable.ts";
import type { Filter } from "./source.ts";

/** Which files a filter keeps, in words: `what cargo reads, and migrations/**`. */
export function describeFilter(filter: Filter): string {
  switch (filter.kind) {
    case "everything":
      return "all that git does not ignore";
    case "cargo":
      return "what cargo reads";
    case "automatic":
      return "all but what no build reads";
    case "globs":
      return filter.patterns.join(", ");
    case "where":
      return "what a function keeps";
    case "union":
      return filter.of.length === 0 ? "nothing" : filter.of.map(describeFilter).join(", and ");
    case "intersection":
      return filter.of.length === 0
        ? "everything"
        : filter.of.map((each) => `(${describeFilter(each)})`).join(" if also ");
    case "difference":
      return `(${describeFilter(filter.of)}) without (${describeFilter(filter.without)})`;
    default:
      return unreachable(filter);
  }
}
