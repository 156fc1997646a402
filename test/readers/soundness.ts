import type { Reader } from "./reader.ts";
import type { Left, Tried } from "./tryReader.ts";

/** What is wrong with the builds of a row; `right`, if nothing is. */
export type Verdict =
  | "right"
  | "warm differs"
  | "second checkout differs"
  | "both differ"
  /** The project does not do what its row says, even in an empty store. */
  | "the row is wrong";

export function verdictOf({ says }: Reader, { before, warm, second, empty }: Tried): Verdict {
  const isAsSaid = says
    ? before.says === says[0] && empty.says === says[1]
    : before.tree !== "" && empty.tree !== "" && before.tree !== empty.tree;
  if (!isAsSaid) return "the row is wrong";
  if (!isSame(warm, empty)) return isSame(second, empty) ? "warm differs" : "both differ";
  return isSame(second, empty) ? "right" : "second checkout differs";
}

function isSame(one: Left, other: Left): boolean {
  return one.tree === other.tree && one.says === other.says;
}
