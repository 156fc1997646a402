/** Rows in the order of the two lists of names; of two rows for one project and case, the later one. */
export function mergeResults<Row extends { readonly project: string; readonly case: string }>(
  rows: readonly Row[],
  order: { readonly projects: readonly string[]; readonly cases: readonly string[] },
): Row[] {
  return order.projects.flatMap((project) =>
    order.cases.flatMap((name) => rows.findLast((row) => row.project === project && row.case === name) ?? []),
  );
}
