import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { LockFile, Source } from "../../derivation/source.ts";
import type { InputContext } from "./inputContext.ts";

/** A lock as text, and the name that messages show. */
export type LockText = { readonly file: string; readonly text: string };

type Place = { readonly project: Pick<InputContext["project"], "root"> };

/** The lock that a source has: its own, or the one that takes its place. */
export function lockFileOf(source: Source): LockFile {
  return source.cargoLock ?? { path: `${source.root}/Cargo.lock` };
}

/**
 * Reads a lock.
 *
 * Errors: `lock-missing`.
 */
export function lockText({ project }: Place, lock: LockFile): Result<LockText> {
  if ("text" in lock) return ok({ file: "Cargo.lock", text: lock.text });
  const path = resolve(project.root, lock.path);
  const file = relative(project.root, path);
  if (existsSync(path)) return ok({ file, text: readFileSync(path, "utf8") });
  return err(
    diagnostic("lock-missing", `the lock \`${file}\` does not exist`, {
      help: ["name one that does, relative to the project's root, or make it: cargo generate-lockfile"],
      status: 2,
    }),
  );
}
