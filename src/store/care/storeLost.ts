import { existsSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { lostScratch } from "../locks.ts";

/**
 * That somebody removed the store, or a part of it, while it was in use: whatever failed then failed for that, wherever in the code.
 */

/**
 * What to say of an exception for which a store is to blame that somebody removed, or a part of it; undefined where that is not
 * the reason, and the exception is the system's or a bug.
 *
 * Errors: `store-removed`.
 */
export function storeLost(thrown: unknown, root: string): Diagnostic | undefined {
  const causes = causesOf(thrown).filter(isOfMissing);
  for (const cause of causes) {
    const part = partIn(cause, root) ?? lostPart(root);
    if (part !== undefined) return storeRemoved(root, part, cause.message);
  }
  return undefined;
}

/**
 * The same of a command's failure that was told already: of a step that failed for want of what was removed, the log may say
 * anything.
 */
export function lostBeneath(failure: Diagnostic, root: string): Diagnostic | undefined {
  if (!afterOpening.has(failure.code)) return undefined;
  const part = lostPart(root, ["trees", "tmp"]);
  return part === undefined ? undefined : storeRemoved(root, part, failure.message);
}

/** What fails only where a store was open. */
const afterOpening: ReadonlySet<string> = new Set(["step-failed", "sandbox-failed"]);

function storeRemoved(root: string, part: string, cause: string): Diagnostic {
  return diagnostic(
    "store-removed",
    part === root
      ? `the store at \`${root}\` was removed while it was in use`
      : `\`${part}\` was removed while the store was in use`,
    {
      help: [
        "run the command again, which makes anew what is missing",
        "to make room beside running builds: gantry store gc",
      ],
      causes: [cause],
    },
  );
}

/** Where closing what was open failed too, both are told as one. */
function causesOf(thrown: unknown): Error[] {
  if (thrown instanceof SuppressedError) return [thrown.suppressed, thrown.error].flatMap(causesOf);
  return thrown instanceof Error ? [thrown, ...causesOf(thrown.cause)] : [];
}

/** Something is missing, or SQLite cannot use the index any more. Programs such as `mkfifo` say it in words. */
function isOfMissing(error: Error): boolean {
  if ("errcode" in error) return true;
  const code = "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "tree-lost" || / No such file or directory/.test(error.message);
}

/** The part of a store that an error names a path in, and that is missing: a directory of the store, or one in it. */
function partIn(error: Error, root: string): string | undefined {
  const paths = error.message.split(`${root}/`).slice(1);
  for (const path of paths) {
    const [first = "", second = "", ...more] = path.replace(/['"`:].*$/s, "").split("/");
    const parts = [first, ...(named.has(first) && more.length > 0 ? [`${first}/${second}`] : [])];
    const part = parts.find((each) => named.has(first) && !existsSync(`${root}/${each}`));
    if (part !== undefined && existsSync(`${root}/version`)) return `${root}/${part}`;
  }
  return undefined;
}

/** The directories in which nothing that is in use is removed but by others. Of `tmp` each knows its own. */
const named: ReadonlySet<string> = new Set(["trees", "sources", "logs"]);

/** Directories that every store has which was opened. */
const directories = ["trees", "tmp", "claims", "locks", "logs", "blobs"];

/** The part of a store that was opened and is gone. */
function lostPart(root: string, names = directories): string | undefined {
  // Every store that was opened has that file.
  if (!existsSync(`${root}/version`)) return root;
  const part = names.find((name) => !existsSync(`${root}/${name}`));
  if (part !== undefined) return `${root}/${part}`;
  return [...lostScratch].find((path) => path.startsWith(`${root}/`));
}
