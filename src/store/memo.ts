import type { DatabaseSync } from "node:sqlite";
import type { Memo } from "./store.ts";

const day = 24 * 60 * 60;

/** The day of a moment in seconds after the epoch, as the column `used` has it. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / day);
}

/** The memo as a table. `used`, in days, tells `gc` what nobody asked for lately. */
export function openMemo(database: DatabaseSync, now: () => number = () => Date.now() / 1000): Memo {
  const get = database.prepare("SELECT value, used FROM memo WHERE kind = ? AND key = ?");
  const touch = database.prepare("UPDATE memo SET used = ? WHERE kind = ? AND key = ?");
  const set = database.prepare("INSERT OR REPLACE INTO memo (kind, key, value, used) VALUES (?, ?, ?, ?)");
  return {
    get(kind, key) {
      const row = get.get(kind, key);
      if (!row) return undefined;
      const today = dayOf(now());
      // Garbage collection may have dropped the record since it was read, and with it the tree that it names.
      if (row.used !== today && touch.run(today, kind, key).changes === 0) return undefined;
      return String(row.value);
    },
    set(kind, key, value) {
      set.run(kind, key, value, dayOf(now()));
    },
  };
}
