import type { Result } from "./result.ts";

/** Rows in the order of the two lists of names; of two rows for one project and case, the later one. */
export function mergeResults(
  rows: readonly Result[],
  order: { readonly projects: readonly string[]; readonly cases: readonly string[] },
): readonly Result[] {
  return order.projects.flatMap((project) =>
    order.cases.flatMap((name) => rows.findLast((row) => row.project === project && row.case === name) ?? []),
  );
}
