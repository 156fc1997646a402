import { execa } from "execa";
import { removeTree } from "../scripts/removeTree.ts";
import type { Side } from "./side.ts";

/** Keeps what a side has built, for `restoreSnapshot`. */
export async function takeSnapshot(side: Side): Promise<void> {
  await removeTree(snapshotOf(side));
  await copy(side.state, snapshotOf(side));
}

/** Puts back what `takeSnapshot` kept; times, links and modes as they were, since both tools look at them. */
export async function restoreSnapshot(side: Side): Promise<void> {
  await removeTree(side.state);
  await copy(snapshotOf(side), side.state);
}

function snapshotOf(side: Side): string {
  return `${side.state}.snapshot`;
}

async function copy(from: string, to: string): Promise<void> {
  await execa("cp", ["-a", "--reflink=auto", from, to]);
}
