import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";

/**
 * The nearest directory with a `Cargo.lock`, from `directory` upwards: a workspace keeps one at its root.
 *
 * Errors: `lock-missing`.
 */
export function findLock(directory: string): Result<string> {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, "Cargo.lock"))) return ok(at);
    if (dirname(at) === at) break;
  }
  return err(
    diagnostic("lock-missing", `\`Cargo.lock\` not found in \`${directory}\` or any directory above it`, {
      help: ["cargo generate-lockfile"],
    }),
  );
}
