import { backticked } from "../../base/backticked.ts";
import { diagnostic } from "../../base/diagnostic.ts";
import { onlyKnown } from "../onlyKnown.ts";
import { refuse } from "../refuse.ts";
import type { GitEntries, GitEntry } from "./lockEntry.ts";

/**
 * The packages of a checkout for an override that nobody type-checked: to ask the list for what its entries
 * have ends the evaluation with `override-lock-list`, where plain JavaScript would go on with `undefined`.
 */
export function entryList(entries: GitEntries): GitEntries {
  const [first, ...more] = entries;
  const list: GitEntries = [knownEntry(first), ...more.map(knownEntry)];
  return new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === "string" && key in first && !(key in target)) refuse(isList(key, entries));
      return Reflect.get(target, key, receiver);
    },
  });
}

/** An entry, of which nothing can be asked that it does not have. */
export function knownEntry<E extends { readonly name: string }>(entry: E): E {
  return onlyKnown("an entry of the lock", entry);
}

function isList(key: string, entries: readonly GitEntry[]) {
  const names = backticked(entries.map(({ name }) => name));
  return diagnostic("override-lock-list", `\`lock\` is a list of packages, and \`${key}\` is asked of it`, {
    notes: [`a repository can hold several packages; this checkout's: ${names}`],
    help: [
      `write \`lock[0].${key}\`, or match on the repository: fromRepository("github.com/OWNER/NAME")(lock)`,
    ],
    status: 2,
  });
}
