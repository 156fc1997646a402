import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Operation, Subject } from "./rig.ts";
import { faultsOf, goesOn, killUploads, must, startGroup } from "./rig.ts";

/** What came of killing one operation. */
export type Killed = {
  readonly name: string;
  readonly kills: number;
  /** How many of them came in the first, the second and the last third of the time that it takes. */
  readonly thirds: readonly [number, number, number];
  /** How often it had ended by itself before. */
  readonly late: number;
  /** How long it takes when nobody kills it, in milliseconds. */
  readonly usual: number;
  readonly faults: readonly string[];
};

/** How often the whole store is read, in kills. */
const readEvery = 10;

/**
 * Kills an operation, with all that it started (`kill -9` of its process group), at random moments of the time that it takes,
 * and looks each time whether what comes after is as if it had never been.
 */
export async function kill(
  operation: Operation,
  { project, store, place }: Subject,
  {
    kills,
    random,
    round: first,
  }: { readonly kills: number; readonly random: () => number; readonly round: number },
): Promise<Killed> {
  const { name, killsUploads = false, stores = [store] } = operation;
  const began = performance.now();
  await operation.begin?.();
  await operation.prepare(first);
  const prepared = performance.now();
  await must(operation.words(), operation.place);
  const usual = performance.now() - prepared;
  let late = 0;
  const thirds: [number, number, number] = [0, 0, 0];
  const faults: string[] = [];
  for (let round = 1; round <= kills; round++) {
    await operation.prepare(first + round);
    const moment = random();
    const delay = usual * moment;
    thirds[moment < 1 / 3 ? 0 : moment < 2 / 3 ? 1 : 2] += 1;
    const running = startGroup(operation.words(), operation.place);
    const winner = await Promise.race([running.ended, sleep(delay)]);
    if (winner !== undefined) late += 1;
    running.killGroup();
    if (killsUploads) await killUploads(project.root);
    await running.ended;
    const found = [...(await goesOn(dirname(project.root))), ...(await operation.after(first + round))];
    const isRead = round % readEvery === 0 || round === kills;
    for (const each of isRead ? stores : []) found.push(...(await faultsOf(each, place)));
    for (const fault of found)
      faults.push(`${name}, killed after ${Math.round(delay)} of ${Math.round(usual)} ms: ${fault}`);
  }
  console.error(
    `${name}: ${kills} kills, ${faults.length} faults, ${Math.round((performance.now() - began) / 1000)} s`,
  );
  return { name, kills, thirds, late, usual, faults };
}
