import type { Filter } from "../derivation/source.ts";

/** Whether `automatic` is part of a filter, so that which files it keeps depends on what the code names. */
export function usesMentions(filter: Filter): boolean {
  switch (filter.kind) {
    case "automatic":
      return true;
    case "union":
    case "intersection":
      return filter.of.some(usesMentions);
    case "difference":
      return usesMentions(filter.of) || usesMentions(filter.without);
    default:
      return false;
  }
}
