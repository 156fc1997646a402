import { existsSync } from "node:fs";
import { copyTree } from "./copyTree.ts";
import { setAside } from "./setAside.ts";
import type { Side } from "./side.ts";
import { withoutServer } from "./withoutServer.ts";

/** Keeps what a side has built, for `restoreSnapshot`. */
export async function takeSnapshot(side: Side): Promise<void> {
  await withoutServer(side, async () => {
    for (const kept of [side.state, side.cache]) await replace(kept, snapshotOf(kept));
  });
}

/** Puts back what `takeSnapshot` kept; times, links and modes as they were, since all tools look at them. */
export async function restoreSnapshot(side: Side): Promise<void> {
  await withoutServer(side, async () => {
    for (const kept of [side.state, side.cache]) await replace(snapshotOf(kept), kept);
  });
}

function snapshotOf(directory: string): string {
  return `${directory}.snapshot`;
}

async function replace(from: string, to: string): Promise<void> {
  await setAside(to);
  if (existsSync(from)) await copyTree(from, to);
}
