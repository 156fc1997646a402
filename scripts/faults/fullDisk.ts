import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addGarbage, type Ended, type Filling, faultsOf, must, run, type Subject, smallDisk } from "./rig.ts";

/** What came of a disk that was full after a random number of bytes. */
export type Filled = {
  readonly name: string;
  readonly rounds: number;
  /** How often it said that the disk is full; else it was done. */
  readonly full: number;
  readonly faults: readonly string[];
};

/**
 * Leaves so little room on the disk of a store that an operation stops at a random point, looks what it says, makes room, and
 * looks whether all is as if it had never been.
 */
export async function fillDisk(
  { project, store: template, place, fillings }: Subject,
  { rounds, random }: { readonly rounds: number; readonly random: () => number },
): Promise<readonly Filled[]> {
  const size = Number.parseInt(execFileSync("du", ["-sm", template], { encoding: "utf8" }), 10);
  using disk = smallDisk(join(project.root, ".."), 2 * size + 200);
  const store = join(disk.path, "store");
  execFileSync("cp", ["-a", template, store]);
  const filler = join(disk.path, "filler");
  const at = ["--store", store];
  const build = ["build", ...at];
  await must(build, place);
  const operations: readonly Filling[] = [
    {
      name: "`build` of an edit",
      room: 6,
      prepare: (round) => project.write("src/main.rs", `fn main() {}\n// full ${round}\n`),
      words: build,
      place,
    },
    {
      name: "`store gc`",
      room: 2,
      prepare: async () => void (await addGarbage(store, 60, random)),
      words: ["store", "gc", "--older-than", "1d", ...at],
      place,
    },
    {
      name: "`store verify --repair`",
      room: 2,
      async prepare() {
        for (const tree of await addGarbage(store, 10, random))
          if (random() < 0.5) writeFileSync(join(store, "trees", tree, "lib/f0"), "damaged");
      },
      words: ["store", "verify", "--repair", ...at],
      place,
    },
    ...fillings(disk.path),
  ];
  const results: Filled[] = [];
  for (const operation of operations) {
    const { name, room, words, isFull = saysFull } = operation;
    let full = 0;
    const faults: string[] = [];
    for (let round = 0; round < rounds; round++) {
      await operation.prepare(round);
      fill(filler, Math.floor(random() * room * 1024 * 1024));
      const ended = await run(words, operation.place);
      if (isFull(ended)) full += 1;
      else if (ended.status !== 0) faults.push(`${name}: ${ended.status}\n${ended.err}`);
      rmSync(filler);
      for (const fault of (await operation.after?.()) ?? []) faults.push(`${name}: ${fault}`);
      const repaired = await run(["store", "verify", "--repair", ...at], place);
      if (repaired.status !== 0) faults.push(`${name}: ${repaired.err}`);
      const built = await run(build, place);
      if (built.status !== 0) faults.push(`${name}, then build: ${built.err}`);
      if (round === rounds - 1)
        faults.push(...(await faultsOf(store, place)).map((fault) => `${name}: ${fault}`));
    }
    console.error(`${name} on a full disk: ${rounds} rounds, ${full} times full, ${faults.length} faults`);
    results.push({ name, rounds, full, faults });
  }
  return results;
}

function saysFull({ status, err }: Ended): boolean {
  return status === 1 && /error\[disk-full\]/.test(err);
}

/** Leaves so many bytes on the disk. */
function fill(path: string, left: number): void {
  const { bavail, bsize } = statfsSync(join(path, ".."));
  const bytes = Math.max(0, bavail * bsize - left);
  execFileSync("fallocate", ["-l", String(Math.max(1, bytes)), path]);
}
