import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";
import { survivors } from "./survivors.ts";
import type { TempProject } from "./tempProject.ts";

/**
 * Nothing is left of a command that ended, however it ended: no process, and a store that
 * `gantry store verify` finds whole, with nothing in its `tmp/` once it was opened again.
 */
export async function expectWhole(project: TempProject, store = project.store): Promise<void> {
  expect(await survivors(dirname(project.root))).toEqual([]);
  const verified = await project.gantry(["store", "verify"], { store });
  expect({ status: verified.status, said: verified.err.replace(/(?<=is whole): .*/, "") }).toEqual({
    status: 0,
    said: "note: the store is whole\n",
  });
  expect(readdirSync(`${store}/tmp`)).toEqual([]);
}
