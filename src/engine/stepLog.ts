import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import type { Digest } from "../base/digest.ts";
import type { Store } from "../store/store.ts";

/** All that the commands of one step print, as they print it. */
export type StepLog = Disposable & {
  readonly write: (line: string) => void;
  /** The last lines, for a message about a failure. */
  readonly lines: () => readonly string[];
};

const kept = 2000;

/** Where the log of the step with that key lies. */
export function logFile(store: Store, key: Digest): string {
  return `${store.root}/logs/${key.slice(0, 2)}/${key}.log`;
}

export function openStepLog(store: Store, key: Digest): StepLog {
  mkdirSync(`${store.root}/logs/${key.slice(0, 2)}`, { recursive: true });
  const descriptor = openSync(logFile(store, key), "w");
  let recent: string[] = [];
  return {
    write(line) {
      writeSync(descriptor, `${line}\n`);
      recent.push(line);
      if (recent.length > 2 * kept) recent = recent.slice(-kept);
    },
    lines: () => recent,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
