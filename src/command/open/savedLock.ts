import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { hold, holdInPlace } from "../../store/locks.ts";
import { freeBeside } from "../../tree/beside.ts";
import { textOf } from "../../tree/files.ts";

/** A `Cargo.lock` that Cargo may rewrite for a while, as it was before. */
type SavedLock = {
  /** Notes that what the lock is now is Cargo's doing, to be undone. */
  notePatched(): void;
  /** Puts the lock back; may be called more than once. A warning where somebody else changed it meanwhile. */
  restore(): Diagnostic | undefined;
};

/**
 * Keeps a copy of the lock in `.gantry/with` beside it until it is put back. Should this process be killed,
 * the next command of Gantry finds the copy there (`recoverLock`, which is to be called before).
 *
 * Errors: `override-active`.
 *
 * @param lock absolute
 */
export function saveLock(lock: string): Result<SavedLock> {
  const saved = savedBeside(lock);
  // Complete before it has its name: whoever finds it may rely on it. Of two who try, one fails to rename.
  const fresh = freeBeside(saved);
  mkdirSync(fresh, { recursive: true });
  keepOriginal(lock, join(fresh, "original"));
  writeFileSync(join(fresh, "process"), String(process.pid));
  // Held by a lock of the system, which ends with this process: its number may mean another in a container.
  const owner = hold(join(fresh, "owner"));
  writeFileSync(join(fresh, ".gitignore"), "*\n");
  try {
    renameSync(fresh, saved);
  } catch {
    rmSync(fresh, { recursive: true, force: true });
    owner?.[Symbol.dispose]();
    return err(inUse(saved));
  }
  detach(lock, saved);
  const notePatched = (): void => copyFileSync(lock, join(saved, "patched"));
  return ok({
    notePatched,
    restore() {
      if (!existsSync(saved)) return undefined;
      if (!existsSync(join(saved, "patched"))) notePatched();
      const warning = putBack(lock, saved);
      owner?.[Symbol.dispose]();
      return warning;
    },
  });
}

/**
 * Puts back a lock that a killed `gantry with` left overridden, and warns where it was changed otherwise since.
 *
 * Errors: `override-active` while a `gantry with` runs in this project.
 */
export function recoverLock(lock: string, emit: Emit): Result<void> {
  const saved = savedBeside(lock);
  if (!existsSync(saved)) return ok();
  const owner = takenOver(saved);
  if (owner === "gone") return ok();
  if (!owner) return err(inUse(saved));
  using _held = owner;
  const warning = putBack(lock, saved);
  if (warning) emit({ type: "warning", diagnostic: warning });
  return ok();
}

/**
 * Takes over what a killed process left. Undefined where another process has it, and does not put it back soon; `gone` where that is
 * done, as by another command that has found it.
 */
function takenOver(saved: string): Disposable | "gone" | undefined {
  try {
    return holdInPlace(join(saved, "owner"), patience);
  } catch (thrown) {
    if (existsSync(saved)) throw thrown;
    return "gone";
  }
}

/** In milliseconds. To put a lock back takes less. */
const patience = 500;

function savedBeside(lock: string): string {
  return join(dirname(lock), ".gantry", "with");
}

function putBack(lock: string, saved: string): Diagnostic | undefined {
  const [original, patched] = [join(saved, "original"), join(saved, "patched")];
  const now = textOf(lock);
  // Who put it back, and was killed then, has moved it away.
  const isBack = !existsSync(original);
  let warning: Diagnostic | undefined;
  if (!isBack && (now === textOf(patched) || now === textOf(original))) {
    replace(lock, original);
  } else if (!isBack) {
    const backup = join(dirname(saved), "Cargo.lock.before");
    renameSync(original, backup);
    warning = diagnostic(
      "lock-changed",
      "`Cargo.lock` was changed while it was overridden, and stays as it is",
      {
        notes: ["it may hold entries of the local packages, which have no `source`"],
        help: [
          "look at it: git diff Cargo.lock",
          "to have back what it was before: cp .gantry/Cargo.lock.before Cargo.lock",
        ],
      },
    );
  }
  // In one step, so that nobody finds a part of it.
  const gone = freeBeside(saved);
  renameSync(saved, gone);
  rmSync(gone, { recursive: true, force: true });
  removeIfEmpty(dirname(saved));
  return warning;
}

/** The file itself is kept, with its times; Cargo, which writes in place, gets a copy. */
function detach(lock: string, saved: string): void {
  const copy = join(saved, "copy");
  copyFileSync(join(saved, "original"), copy);
  replace(lock, copy);
}

/** In one step, and where a link leads, so that neither a half lock nor a lost link is ever seen. */
function replace(lock: string, by: string): void {
  const place = realpathSync(lock);
  try {
    renameSync(by, place);
  } catch {
    // The link led to another file system.
    const aside = freeBeside(place);
    copyFileSync(by, aside);
    renameSync(aside, place);
  }
}

function keepOriginal(lock: string, to: string): void {
  try {
    linkSync(realpathSync(lock), to);
  } catch {
    // The file system knows no hard links.
    copyFileSync(lock, to);
  }
}

function inUse(saved: string): Diagnostic {
  const owner = textOf(join(saved, "process"));
  return diagnostic("override-active", "`Cargo.lock` is overridden by another `gantry with`", {
    notes: [`process ${owner ?? "unknown"} puts it back when its command ends`],
    help: ["wait for it, or stop it"],
  });
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Something else of Gantry's is in it.
  }
}
