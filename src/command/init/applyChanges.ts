import {
  chmodSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { textOf } from "../../tree/files.ts";

/** What becomes of one file. */
export type FileChange = {
  /** Absolute. */
  readonly file: string;
  /** As people are shown it. */
  readonly shown: string;
  /** Its text; absent where there is no such file. */
  readonly before?: string;
  readonly after: string;
  /** What is new in it, for whoever reads what was done. Absent: the file says so itself. */
  readonly what?: string;
};

/**
 * Writes all of the files, or none: each is prepared beside its place, where it then goes in one step; should one of
 * these fail, those before it are put back. Nothing else runs meanwhile, so that Ctrl-C comes before or after.
 *
 * Errors: `read-only`, `changed-meanwhile`, `write-failed`; after each of them every file is as it was.
 */
export function applyChanges(changes: readonly FileChange[]): Result<void> {
  const wrong = changes.map(whatForbids).find((each) => each !== undefined);
  if (wrong) return err(wrong);
  const undo: (() => void)[] = [];
  const prepared: string[] = [];
  try {
    const renames = changes.map((change) => {
      const file = placeOf(change.file);
      const fresh = join(dirname(file), `.${basename(file)}.gantry-init`);
      undo.push(makeDirectory(dirname(file)));
      prepared.push(fresh);
      writeFileSync(fresh, change.after);
      if (change.before !== undefined) chmodSync(fresh, statSync(file).mode & 0o7777);
      return { ...change, file, fresh };
    });
    for (const { file, fresh, before } of renames) {
      renameSync(fresh, file);
      undo.push(() => (before === undefined ? rmSync(file) : writeFileSync(file, before)));
    }
    return ok();
  } catch (thrown) {
    for (const path of prepared) rmSync(path, { force: true });
    for (const back of undo.reverse()) back();
    return err(writeFailed(thrown));
  }
}

/** Makes it, and those above it; what is returned removes those that are new. */
function makeDirectory(directory: string): () => void {
  const first = mkdirSync(directory, { recursive: true });
  return () => {
    if (first !== undefined) rmSync(first, { recursive: true, force: true });
  };
}

/** Where a link leads, so that it stays one. */
function placeOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** Renaming would replace a read-only file without asking, too. */
function whatForbids({ file, shown, before }: FileChange): Diagnostic | undefined {
  if (before !== undefined && (statSync(file).mode & 0o222) === 0) {
    return diagnostic("read-only", `\`${shown}\` is read-only`, {
      notes: ["nothing was changed"],
      help: [`chmod u+w ${shown}`, "or leave out the option that changes it"],
    });
  }
  if (textOf(file) === before) return undefined;
  return diagnostic("changed-meanwhile", `\`${shown}\` was changed by something else meanwhile`, {
    notes: ["nothing was changed"],
    help: ["run the command again"],
  });
}

function writeFailed(thrown: unknown): Diagnostic {
  return diagnostic("write-failed", "the files could not be written", {
    notes: ["every file is as it was"],
    help: ["make the project's directories writable for you, and run the command again"],
    causes: [thrown instanceof Error ? thrown.message : String(thrown)],
  });
}
