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
import { type Diagnostic, diagnostic, together } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import { findPathOverrides } from "../project/findPathOverrides.ts";
import type { Project } from "../project/findProject.ts";
import { textOf } from "../tree/files.ts";

/** A `Cargo.lock` that Cargo may rewrite for a while. */
type OverriddenLock = {
  /** Says that what the lock is now is Cargo's doing, to be undone. */
  settled(): void;
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
export function overrideLock(lock: string): Result<OverriddenLock> {
  const saved = savedBeside(lock);
  // Complete before it has its name: whoever finds it may rely on it. Of two who try, one fails to rename.
  const fresh = `${saved}-${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  keepOriginal(lock, join(fresh, "original"));
  writeFileSync(join(fresh, "owner"), String(process.pid));
  writeFileSync(join(fresh, ".gitignore"), "*\n");
  try {
    renameSync(fresh, saved);
  } catch {
    rmSync(fresh, { recursive: true, force: true });
    return err(active(saved));
  }
  detach(lock, join(saved, "original"));
  const settled = (): void => copyFileSync(lock, join(saved, "patched"));
  return ok({
    settled,
    restore() {
      if (!existsSync(saved)) return undefined;
      if (!existsSync(join(saved, "patched"))) settled();
      return putBack(lock, saved);
    },
  });
}

/**
 * Puts back a lock that a killed `gantry with` left overridden. The value is a warning, where it was changed
 * otherwise.
 *
 * Errors: `override-active` while a `gantry with` runs in this project.
 */
export function recoverLock(lock: string): Result<Diagnostic | undefined> {
  const saved = savedBeside(lock);
  if (!existsSync(saved)) return ok(undefined);
  const owner = Number(textOf(join(saved, "owner")));
  return isAlive(owner) ? err(active(saved)) : ok(putBack(lock, saved));
}

function savedBeside(lock: string): string {
  return join(dirname(lock), ".gantry", "with");
}

function putBack(lock: string, saved: string): Diagnostic | undefined {
  const [original, patched] = [join(saved, "original"), join(saved, "patched")];
  const now = textOf(lock);
  let warning: Diagnostic | undefined;
  if (now === textOf(patched) || now === textOf(original)) {
    replace(lock, original);
  } else {
    const kept = join(dirname(saved), "Cargo.lock.before");
    renameSync(original, kept);
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
  rmSync(saved, { recursive: true, force: true });
  removeIfEmpty(dirname(saved));
  return warning;
}

/** The file itself is kept, with its times; Cargo, which writes in place, gets a copy. */
function detach(lock: string, original: string): void {
  const place = realpathSync(lock);
  const aside = `${place}.gantry-${process.pid}`;
  copyFileSync(original, aside);
  renameSync(aside, place);
}

/** In one step, and where a link leads, so that neither a half lock nor a lost link is ever seen. */
function replace(lock: string, original: string): void {
  const place = realpathSync(lock);
  try {
    renameSync(original, place);
  } catch {
    // Another file system, where a link led.
    const aside = `${place}.gantry-${process.pid}`;
    copyFileSync(original, aside);
    renameSync(aside, place);
  }
}

function keepOriginal(lock: string, to: string): void {
  try {
    linkSync(realpathSync(lock), to);
  } catch {
    // Not on every file system.
    copyFileSync(lock, to);
  }
}

function active(saved: string): Diagnostic {
  const owner = textOf(join(saved, "owner"));
  return diagnostic("override-active", "`Cargo.lock` is overridden by another `gantry with`", {
    notes: [`process ${owner ?? "unknown"} puts it back when its command ends`],
    help: ["wait for it, or stop it"],
  });
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Something else of Gantry's is in it.
  }
}

/**
 * What comes before every build: puts back a lock that a killed `gantry with` left overridden, stops where a
 * persisted path override would break the build, and tells of those that the build would not see.
 *
 * Errors: `path-override`, all that there are; `override-active`.
 */
export function settleOverrides(project: Project, emit: Emit): Result<void> {
  const recovered = recoverLock(project.lock);
  if (!recovered.ok) return recovered;
  const { errors, warnings } = findPathOverrides(project);
  for (const diagnostic of [recovered.value ?? [], warnings].flat()) emit({ type: "warning", diagnostic });
  const error = together(errors);
  return error ? err(error) : ok();
}
