import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { LockFile } from "../../derivation/source.ts";
import type { InputContext } from "./inputContext.ts";
import { standardLibrary } from "./standardLibrary.ts";

/** A lock as text, and the name that messages show. */
export type LockText = { readonly file: string; readonly text: string };

/**
 * Reads a lock.
 *
 * Errors: `lock-missing`; those of `standardLibrary`.
 */
export function lockText(context: InputContext, lock: LockFile): Result<LockText> {
  if ("text" in lock) return ok({ file: "Cargo.lock", text: lock.text });
  const place = pathOf(context, lock);
  if (!place.ok) return place;
  const { path, file } = place.value;
  if (existsSync(path)) return ok({ file, text: readFileSync(path, "utf8") });
  return err(
    diagnostic("lock-missing", `the lock \`${file}\` does not exist`, {
      help: ["name one that does, relative to the project's root, or make it: cargo generate-lockfile"],
      status: 2,
    }),
  );
}

function pathOf(
  context: InputContext,
  lock: Exclude<LockFile, { readonly text: string }>,
): Result<{ readonly path: string; readonly file: string }> {
  const { root } = context.project;
  if ("path" in lock) {
    const path = resolve(root, lock.path);
    return ok({ path, file: relative(root, path) });
  }
  const directory = standardLibrary(context, lock.toolchain);
  if (!directory.ok) return directory;
  const path = `${directory.value}/Cargo.lock`;
  return ok({ path, file: path });
}
