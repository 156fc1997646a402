import { constants } from "node:fs";
import { chmod, copyFile, mkdir, symlink } from "node:fs/promises";
import { posix } from "node:path";
import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import type { Planned, TreePlan } from "./planTree.ts";

/** Enough to keep the disk busy, and few enough for any limit on open files. */
const atOnce = 16;

/**
 * Copies the host's files that a plan names into the store. Copies and never links: the store changes the
 * times and permissions of what it takes over.
 */
export async function addPlannedTree(store: Store, plan: TreePlan, purpose: string): Promise<Result<Digest>> {
  await using scratch = await store.tempDir(purpose);
  const directory = `${scratch.path}/usr`;
  const parents = new Set([...plan.keys()].map((path) => posix.dirname(path)));
  await mkdir(directory);
  for (const parent of parents) await mkdir(`${directory}/${parent}`, { recursive: true });
  const rest = plan.entries();
  const worker = async () => {
    for (const [path, planned] of rest) await put(planned, `${directory}/${path}`);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return store.addTree(directory);
}

async function put(planned: Planned, to: string): Promise<void> {
  if (planned.type === "link") return symlink(planned.target, to);
  await copyFile(planned.from, to, constants.COPYFILE_FICLONE);
  // A copy of `sudo` or `mount` must not keep its powers, nor may a copy be unreadable to its owner.
  const mode = planned.mode & 0o111 ? 0o755 : 0o644;
  if ((planned.mode & 0o7777) !== mode) await chmod(to, mode);
}
