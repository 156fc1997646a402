import { DatabaseSync } from "node:sqlite";

/**
 * Has a store forget all results, and units, so that they are compiled again: `own` are those of the project,
 * which are found by what they were seen to read. What it knows of toolchain and crates stays, since to read
 * them takes longer than a small build.
 */
export function forgetUnits(store: string, which: "own" | "all"): void {
  using database = new DatabaseSync(`${store}/index.sqlite`);
  database.exec("DELETE FROM records WHERE kind IN ('reads', 'result')");
  if (which === "all") database.exec("DELETE FROM records WHERE kind = 'unit'");
}

/** Has a store forget what steps left, and no unit: they run again, from the units that it has. */
export function forgetResults(store: string): void {
  using database = new DatabaseSync(`${store}/index.sqlite`);
  database.exec("DELETE FROM records WHERE kind = 'result'");
}
