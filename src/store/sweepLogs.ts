import { lstatSync, readdirSync, rmSync } from "node:fs";
import { dayOf } from "./memo.ts";
import type { StoreRecord } from "./storeRecord.ts";

type Sweep = {
  /** The records that stay; a log stays with the record of its step. */
  readonly kept: readonly StoreRecord[];
  /** Younger logs stay too: a step that runs for the first time has no record yet. In days after the epoch. */
  readonly before: number;
  readonly dryRun: boolean;
};

/** Removes the logs of steps that nothing is known of any more; says how many and how large they were. */
export function sweepLogs(
  root: string,
  { kept, before, dryRun }: Sweep,
): { readonly count: number; readonly bytes: number } {
  const steps = kept.filter(({ kind }) => kind === "result" || kind === "last-step");
  const keys = new Set(steps.flatMap(({ key, digests }) => [key, ...digests]));
  let [count, bytes] = [0, 0];
  for (const entry of readdirSync(`${root}/logs`, { withFileTypes: true, recursive: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    if (!entry.isFile() || keys.has(entry.name.replace(/\.log$/, ""))) continue;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || dayOf(found.mtimeMs / 1000) >= before) continue;
    count += 1;
    bytes += found.size;
    if (!dryRun) rmSync(path, { force: true });
  }
  return { count, bytes };
}
