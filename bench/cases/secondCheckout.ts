import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildCommand } from "../buildCommand.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";
import { isGantry } from "../side.ts";
import { withoutServer } from "../withoutServer.ts";

/**
 * Another clone at another path: Cargo has a target directory for each, Gantry one store, and peers one cache
 * for all.
 */
export const secondCheckout: Case = {
  name: "second checkout",
  target: ratioAtMost(0.05, "nothing compiled"),
  pairs: 5,
  edit: async (side, round) => {
    await cp(side.directory, clone(side.scratch, round), { recursive: true });
    await rm(join(clone(side.scratch, round), "result"), { force: true });
    await withoutServer(side, async () => {}, [side.directory, clone(side.scratch, round)]);
  },
  command: (side, round) => {
    const directory = clone(side.scratch, round);
    const state = !isGantry(side) ? join(directory, "target") : side.state;
    return buildCommand({ ...side, state }, directory);
  },
};

function clone(scratch: string, round: number): string {
  return join(scratch, `clone-${round}`);
}
