import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { digestOf } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
import type { CommitEntry } from "./listCommit.ts";
import { readBlobs } from "./readBlobs.ts";
import type { GitRun } from "./runGit.ts";

type TreeFile = Parameters<Store["compose"]>[0][number];

/** So much is held in memory at once, unless one file is larger. */
const chunk = 32 * 1024 * 1024;

/** Writes the files and links of a commit to a directory, and says what they are. */
export async function writeCommit(
  entries: readonly CommitEntry[],
  directory: string,
  run: GitRun,
): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  for (const some of chunks(entries.filter(({ type }) => type !== "submodule"))) {
    const contents = await readBlobs(
      some.map(({ id }) => id),
      run,
    );
    for (const [index, entry] of some.entries()) {
      files.push(write(entry, contents[index] ?? Buffer.alloc(0), directory));
    }
  }
  return files;
}

function write({ path, type }: CommitEntry, bytes: Buffer, directory: string): TreeFile {
  const place = `${directory}/${path}`;
  mkdirSync(dirname(place), { recursive: true });
  if (type === "symlink") {
    const target = bytes.toString();
    symlinkSync(target, place);
    return { type: "symlink", path, target };
  }
  writeFileSync(place, bytes);
  const executable = type === "executable";
  if (executable) chmodSync(place, 0o755);
  return { type: "file", path, digest: digestOf(bytes), executable };
}

function* chunks(entries: readonly CommitEntry[]): Generator<CommitEntry[]> {
  let some: CommitEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    if (some.length > 0 && size + entry.size > chunk) {
      yield some;
      [some, size] = [[], 0];
    }
    some.push(entry);
    size += entry.size;
  }
  if (some.length > 0) yield some;
}
