import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { parentDirectories, shownFrom } from "../../base/paths.ts";
import { changedMeanwhile } from "../../tree/files.ts";

/** When the reading of a project began, in milliseconds since the epoch, and where the user stands. */
type Reading = { readonly started: number; readonly cwd: string; readonly signal: AbortSignal };

/**
 * What an error means where a file that it may be about was saved since the project was read: `source-changed`, since Cargo and editors
 * empty a file before they write it, and what is wrong with a half of it need not be wrong with all of it. Otherwise the error itself.
 *
 * One that was saved shortly before may still be written. So that is waited for.
 */
export async function orChanged(error: Diagnostic, { started, cwd, signal }: Reading): Promise<Diagnostic> {
  if (ofSteps.has(error.code)) return error;
  const files = filesOfProject(error, cwd);
  const savedSince = (time: number) => files.find((file) => savedAt(file) >= time);
  if (savedSince(started - 2000) === undefined) return error;
  await wait(patience, undefined, { signal }).catch(() => undefined);
  const changed = savedSince(started - clock);
  return changed === undefined ? error : changedMeanwhile(shownFrom(cwd, changed));
}

/** In milliseconds. */
const patience = 100;

/** How far the system's clock for files may be behind, in milliseconds. */
const clock = 10;

/** They are about what was read to its end. */
const ofSteps: ReadonlySet<string> = new Set(["step-failed", "interrupted"]);

/** What says what a project is: beside where the user stands, and above; and what the error points to. */
function filesOfProject({ place }: Diagnostic, cwd: string): readonly string[] {
  const directories = parentDirectories(cwd);
  const own = directories.flatMap((directory) => names.map((name) => join(directory, name)));
  return [...own, ...(place ? directories.map((directory) => resolve(directory, place.file)) : [])];
}

/** In milliseconds since the epoch; 0 where nothing is. */
function savedAt(file: string): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** Not `gantry.lock`, which Gantry writes itself. */
const names = [
  ...["Cargo.toml", "Cargo.lock", "gantry.config.ts", "rust-toolchain", "rust-toolchain.toml"],
  ...[".cargo/config", ".cargo/config.toml"],
];
