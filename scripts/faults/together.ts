import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inContainer } from "../../test/rig/container.ts";
import type { Subject } from "./rig.ts";
import { addGarbage, faultsOf, goesOn, type Place, run, startGroup } from "./rig.ts";

/** What came of ten processes on one store. */
export type Together = {
  readonly commands: number;
  readonly kills: number;
  readonly faults: readonly string[];
};

/**
 * For so many seconds: five build edits of a project each, two more in containers of their own, one collects, one verifies, and
 * one adds what is collected; now and then one of the first is killed. Nobody may fail, or notice the others.
 */
export async function workTogether(
  { project, store, place }: Subject,
  { seconds, random }: { readonly seconds: number; readonly random: () => number },
): Promise<Together> {
  const until = performance.now() + 1000 * seconds;
  const base = dirname(project.root);
  const faults: string[] = [];
  let [commands, kills] = [0, 0];
  const repeat = async (name: string, once: (round: number) => Promise<readonly string[]>) => {
    for (let round = 0; performance.now() < until; round++) {
      commands += 1;
      for (const fault of await once(round)) faults.push(`${name}: ${fault}`);
    }
  };
  const builder = (name: string, through?: readonly string[]) => {
    const cwd = join(base, name);
    mkdirSync(cwd);
    for (const file of ["Cargo.toml", "Cargo.lock", "gantry.config.ts", "src"])
      cpSync(join(project.root, file), join(cwd, file), { recursive: true });
    const there: Place = { ...place, cwd, ...(through && { through }) };
    return repeat(name, async (round) => {
      writeFileSync(join(cwd, "src/main.rs"), `fn main() { println!("${name} ${round}"); }\n`);
      const running = startGroup(["build", "--store", store], there);
      if (random() < 0.2) {
        await Promise.race([running.ended, sleep(3000 * random())]);
        running.killGroup();
        await running.ended;
        kills += 1;
        return [];
      }
      const { status, out, err } = await running.ended;
      return status === 0 ? [] : [`${status}\n${out}${err}`];
    });
  };
  const failing = async (words: readonly string[]) => {
    const { status, err } = await run([...words, "--store", store], place);
    return status === 0 ? [] : [`${status}\n${err}`];
  };
  const container = ["unshare", ...inContainer, "--mount"];
  await Promise.all([
    ...["a", "b", "c", "d", "e"].map((name) => builder(name)),
    ...["f", "g"].map((name) => builder(name, container)),
    repeat("gc", () => failing(["store", "gc", "--older-than", "1d"])),
    repeat("verify", () => failing(["store", "verify"])),
    repeat("garbage", async () => {
      await addGarbage(store, 30, random);
      return [];
    }),
  ]);
  faults.push(
    ...(await goesOn(base)),
    ...(await failing(["store", "path"])),
    ...(await faultsOf(store, place)),
  );
  console.error(`ten processes: ${commands} commands, ${kills} of them killed, ${faults.length} faults`);
  return { commands, kills, faults };
}
