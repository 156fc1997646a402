import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { freeBeside } from "../../tree/beside.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";

/** The first line is the tag's own (bford.info/cachedir), which backup programs look for; Cargo 1.95 writes the same. */
const cacheTag = `Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by cargo.
# For information about cache directory tags see https://bford.info/cachedir/
`;

/** Makes a target directory as Cargo does: one that is there is left as it is. */
export function makeTargetDirectory(directory: string): void {
  // What is beside it need not be writable then.
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectory(dirname(directory));
  const aside = freeBeside(directory);
  mkdirSync(aside);
  writeFileSync(join(aside, "CACHEDIR.TAG"), cacheTag);
  try {
    renameSync(aside, directory);
  } catch {
    // It is there, or another process made it meanwhile.
    rmSync(aside, { recursive: true });
    makeDirectory(directory);
  }
}

type Waiting = { readonly signal: AbortSignal; readonly onWait: () => void };

/**
 * Takes the locks by which Cargos exclude each other from directories of a profile, such as `target/debug`; until the end of
 * `using`, or of this process. Where the system cannot lock, such as on some network file systems, Cargo goes without, too.
 *
 * Cargo locks by flock(2), which Node does not have. A lock belongs to an open file, so that a program can take it for one
 * that this process keeps open.
 */
export async function lockProfiles(
  profiles: readonly string[],
  { signal, onWait }: Waiting,
): Promise<Disposable> {
  const open: number[] = [];
  const lock = { [Symbol.dispose]: () => open.forEach(closeSync) };
  try {
    for (const profile of profiles) {
      mkdirSync(profile, { recursive: true });
      const file = openSync(join(profile, ".cargo-lock"), "a");
      open.push(file);
      if (!(await flock(file, ["--nonblock"], signal))) {
        onWait();
        await flock(file, [], signal);
      }
      signal.throwIfAborted();
    }
    return lock;
  } catch (thrown) {
    lock[Symbol.dispose]();
    throw thrown;
  }
}

/** False where another process has the lock. */
async function flock(file: number, words: readonly string[], signal: AbortSignal): Promise<boolean> {
  const argv = ["--exclusive", "--conflict-exit-code", "75", ...words, "3"];
  const child = spawn("flock", argv, { stdio: ["ignore", "ignore", "ignore", file], signal });
  return new Promise((resolve, reject) =>
    child.on("error", reject).on("close", (status) => resolve(status !== 75)),
  );
}
