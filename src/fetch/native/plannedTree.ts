import { lstatSync } from "node:fs";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CopiedItem, Store, TreeFile } from "../../store/store.ts";
import { stopped } from "../progress.ts";
import type { Planned, TreePlan } from "./planTree.ts";

/** What the files make up, for people, and who wants to know how far reading and copying them is. */
export type Circumstances = {
  readonly name: string;
  /** Stops reading and copying when aborted. */
  readonly signal?: AbortSignal;
  /** Told how far that is, in bytes. */
  readonly onProgress?: (what: "hash" | "copy", name: string, done: number, total: number) => void;
};

/**
 * The digest of the tree that a plan of the host's files describes. They are read, and nothing is written. Where all of
 * them are as they were when they were read last, the digest is known: most packages that are installed change none of
 * those of a compiler.
 *
 * Errors: `interrupted`.
 */
export async function digestPlanned(
  { records, digestOf: treeDigest }: Pick<Store, "records" | "digestOf">,
  plan: TreePlan,
  circumstances: Circumstances,
): Promise<Result<Digest>> {
  const seen = seenIn(plan);
  const known = seen && records.get("planned-tree", seen);
  if (known) return ok(known);
  const entries = [...plan].sort(([, one], [, other]) => sizeOf(other) - sizeOf(one));
  const own = entries.flatMap(([path, planned]) => (planned.type === "file" ? [{ path, ...planned }] : []));
  const { signal } = circumstances;
  const { total, advance } = progressOf("hash", plan, circumstances);
  const { digestRanges } = await import("../../tree/digestRanges.ts");
  // All of each, even if it has become longer.
  const whole = own.map(({ from }) => ({ path: from, from: 0, length: Number.MAX_SAFE_INTEGER }));
  const digests = await digestRanges(whole, { signal, total, onRead: advance });
  if (!digests) return err(stopped());
  const files = own.flatMap(({ path, mode }, index) => {
    const digest = digests[index];
    return digest === undefined ? [] : [fileOf(path, mode, digest)];
  });
  const links = entries.flatMap(([path, planned]): TreeFile[] =>
    planned.type === "link" ? [{ type: "symlink", path, target: planned.target }] : [],
  );
  const tree = treeDigest([...files, ...links]);
  if (seen && seenIn(plan) === seen) records.set("planned-tree", seen, tree);
  return ok(tree);
}

/**
 * The digest of what is planned and of how its files look: size, mode, inode and times. Undefined where one changed within
 * the last two seconds, or is gone: within a tick of the file system's clock it may change again and look the same.
 */
function seenIn(plan: TreePlan): Digest | undefined {
  const settled = BigInt(Date.now() - 2000) * 1_000_000n;
  const lines: string[] = [];
  for (const [path, planned] of plan) {
    if (planned.type === "link") lines.push(path, "link", planned.target);
    else {
      const stats = lstatSync(planned.from, { bigint: true, throwIfNoEntry: false });
      if (!stats || stats.ctimeNs > settled) return undefined;
      const { size, mode, ino, mtimeNs, ctimeNs } = stats;
      lines.push(path, "file", planned.from, [size, mode, ino, mtimeNs, ctimeNs].join(" "));
    }
  }
  return digestOf(lines.join("\0"));
}

/**
 * Copies the host's files that a plan names into the store, and says what was copied: the bytes that were written, and not
 * what the originals have by now, which an upgrade may be replacing at the moment. Copies and never links: the store changes
 * the times and permissions of what it takes over.
 *
 * Errors: `interrupted`.
 */
export async function copyPlanned(
  store: Store,
  plan: TreePlan,
  circumstances: Circumstances,
): Promise<Result<Digest>> {
  const { signal } = circumstances;
  const { advance } = progressOf("copy", plan, circumstances);
  const items = [...plan].map(([path, planned]): CopiedItem => {
    if (planned.type === "link") return { type: "symlink", path, target: planned.target };
    const { from, mode, size } = planned;
    return { type: "file", path, from, size, executable: isExecutable(mode) };
  });
  const copied = await store.copy(items, { signal, onCopied: advance });
  return copied === undefined ? err(stopped()) : ok(copied);
}

function progressOf(what: "hash" | "copy", plan: TreePlan, { name, onProgress }: Circumstances) {
  const total = [...plan.values()].reduce((sum, planned) => sum + sizeOf(planned), 0);
  let done = 0;
  const advance = (bytes: number): void => {
    // What is read may have become longer meanwhile.
    done = Math.min(total, done + bytes);
    onProgress?.(what, name, done, total);
  };
  advance(0);
  return { total, advance };
}

function sizeOf(planned: Planned): number {
  return planned.type === "file" ? planned.size : 0;
}

function fileOf(path: string, mode: number, digest: Digest): TreeFile {
  return { type: "file", path, digest, executable: isExecutable(mode) };
}

function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}
