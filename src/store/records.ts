import * as v from "valibot";
import type { Digest } from "../base/digest.ts";
import { kinds } from "./kinds.ts";
import type { Memo, Records } from "./store.ts";

/** Records as JSON in the memo. */
export function openRecords(memo: Memo, has: (tree: Digest) => boolean): Records {
  return {
    get(kind, key) {
      const text = memo.get(kind, key);
      const value = text === undefined ? undefined : parsed(text);
      const { schema, referencesOf } = kinds[kind];
      const result = v.safeParse(schema, value);
      if (!result.success) return undefined;
      const tree = referencesOf(value, key)?.standsFor;
      return tree === undefined || has(tree) ? result.output : undefined;
    },
    set: (kind, key, value) => memo.set(kind, key, JSON.stringify(value)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
