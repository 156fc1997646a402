import { copyFile, cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { buildOnce } from "../buildOnce.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";
import type { Side } from "../side.ts";
import { restoreSnapshot, takeSnapshot } from "../snapshot.ts";

const candidates = ["rayon", "indexmap", "humantime", "fastrand"];

/** One new dependency, in the manifest and in the lock. Each round starts from the state before it. */
export const addCrate: Case = {
  name: "add a crate",
  target: ratioAtMost(1.03),
  pairs: 5,
  applies: (project) => !project.generatedCrates,
  prepare: async (side) => {
    await buildOnce(side);
    await takeSnapshot(side);
    await describe(side);
  },
  edit: async (side) => {
    await restoreSnapshot(side);
    await useManifests(withCrate(side), side.directory, side.project.manifest);
  },
};

/** Where the project with the new dependency lies, for its manifest and lock to be copied from. */
function withCrate(side: Side): string {
  return join(side.scratch, "with-crate");
}

/** Adds a crate that the project does not have yet, and downloads it. */
async function describe(side: Side): Promise<void> {
  const directory = withCrate(side);
  await cp(side.directory, directory, { recursive: true });
  const lock = await readFile(join(directory, "Cargo.lock"), "utf8");
  const crate = candidates.find((name) => !lock.includes(`name = "${name}"`));
  if (crate === undefined)
    throw new Error(`${side.project.name} has all of ${candidates.join(", ")} already`);
  const manifest = join(directory, side.project.manifest);
  await execa("cargo", ["add", "--manifest-path", manifest, crate], { cwd: directory });
  await execa("cargo", ["fetch"], { cwd: directory });
}

async function useManifests(from: string, to: string, manifest: string): Promise<void> {
  await copyFile(join(from, "Cargo.lock"), join(to, "Cargo.lock"));
  await copyFile(join(from, manifest), join(to, manifest));
}
