import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import type { Store } from "../store.ts";

/**
 * What the names of the files begin with that tell of a step, below `logs`; `sweep.ts` takes them for garbage by their names.
 *
 * @param word the keys of those who tell it; default: nobody's, the step ran here
 */
export function logStem({ root }: Pick<Store, "root">, key: Digest, word: readonly string[] = []): string {
  const told = word.length === 0 ? "" : `.${digestOf(canonical(word)).slice(0, 16)}`;
  return `${root}/logs/${key.slice(0, 2)}/${key}${told}`;
}
