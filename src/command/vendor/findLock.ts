import { existsSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parentDirectories } from "../../project/parentDirectories.ts";

/**
 * The nearest directory with a `Cargo.lock`, from `directory` upwards: a workspace keeps one at its root.
 *
 * Errors: `lock-missing`.
 */
export function findLock(directory: string): Result<string> {
  const found = parentDirectories(directory).find((at) => existsSync(join(at, "Cargo.lock")));
  if (found !== undefined) return ok(found);
  return err(
    diagnostic("lock-missing", `\`Cargo.lock\` not found in \`${directory}\` or any directory above it`, {
      help: ["cargo generate-lockfile"],
    }),
  );
}
