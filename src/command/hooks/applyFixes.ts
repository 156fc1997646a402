import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import type { CheckedOut } from "../../shell/hooks/checkedOut.ts";
import type { Repository } from "../../shell/hooks/git.ts";

type Fixes = {
  readonly repository: Repository;
  readonly files: CheckedOut;
  /** What hooks changed in `files`, relative to the top of the repository. */
  readonly changed: readonly string[];
};

/**
 * Works what hooks changed in their copies into the user's files. A file that is not staged as it is keeps what the user changed
 * since; where both changed the same lines, it is left as it is.
 *
 * Errors: `hooks-fix`, for files that were left.
 */
export async function applyFixes({ repository, files, changed }: Fixes, emit: Emit): Promise<Result<void>> {
  const left: string[] = [];
  for (const path of changed) {
    const [own, fixed] = [join(repository.top, path), join(files.top, path)];
    if (
      !lstatSync(own, { throwIfNoEntry: false })?.isFile() ||
      !lstatSync(fixed, { throwIfNoEntry: false })
    ) {
      left.push(path);
      continue;
    }
    const staged = await files.git(["cat-file", "--filters", `${files.tree}:${path}`], {
      encoding: "latin1",
    });
    const merged = await mergedBytes({ own, fixed, staged: Buffer.from(staged.stdout, "latin1") }, files);
    if (merged === undefined) left.push(path);
    else {
      // In place, so that its mode, its owner and links to it stay.
      writeFileSync(own, merged);
      emit({ type: "done", verb: "Fixed", text: path });
    }
  }
  if (left.length === 0) return ok();
  return err(
    diagnostic("hooks-fix", `${backticked(left)} ${left.length === 1 ? "was" : "were"} left as before`, {
      notes: ["what you changed since it was staged, and what the hook changes, are the same lines"],
      help: ["stage what you have, and run it again: git add FILE"],
    }),
  );
}

type Versions = { readonly own: string; readonly fixed: string; readonly staged: Buffer };

/** Undefined where both changed the same lines. Bytes throughout: a file need not be UTF-8. */
async function mergedBytes({ own, fixed, staged }: Versions, files: CheckedOut): Promise<Buffer | undefined> {
  if (readFileSync(own).equals(staged)) return readFileSync(fixed);
  // Git takes the size of a file for its length, so that a pipe would be empty.
  writeFileSync(files.scratch, staged);
  const merged = await files.git(["merge-file", "-p", own, files.scratch, fixed], { encoding: "latin1" });
  return merged.ok ? Buffer.from(merged.stdout, "latin1") : undefined;
}
