import { join, resolve } from "node:path";
import { execa } from "execa";
import type { Peer } from "./peer.ts";

/** Gantry itself, of another clone: what a change costs or saves is seen in one run. */
export async function before(clone: string): Promise<Peer> {
  const program = join(resolve(clone), "gantry");
  // The first start bundles it, which no build is to pay for.
  await execa(program, ["--version"]);
  const { stdout: commit } = await execa("git", ["-C", clone, "rev-parse", "--short", "HEAD"]);
  return { name: "before", version: commit, program, install: [], without: [], env: () => ({}) };
}
