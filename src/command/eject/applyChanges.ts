import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { errorCode } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { repositoryOf } from "../../project/gitRules.ts";
import { shellWord } from "../../shell/quote.ts";
import { freeBeside } from "../../tree/beside.ts";
import { entryAt, textOf } from "../../tree/files.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";

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
  /** Whether one runs it as a program. Default: as it was, and not where it is new. */
  readonly isExecutable?: boolean;
};

/**
 * Writes all of the files, or none: each is prepared beside its place, where it then goes in one step; should one of
 * these fail, those before it are put back. Nothing else runs meanwhile, so that Ctrl-C comes before or after.
 *
 * Errors: `not-a-file` and `not-a-directory`, for what is in the way; `outside-of-project`; `read-only`, `changed-meanwhile`, `write-failed`; after
 * each of them every file is as it was.
 */
export function applyChanges(changes: readonly FileChange[]): Result<void> {
  const wrong = changes.map(whatForbids).find((each) => each !== undefined);
  if (wrong) return err(wrong);
  const undo: (() => void)[] = [];
  const prepared: string[] = [];
  try {
    const renames = changes.map((change) => {
      const file = placeOf(change.file);
      const made = makeDirectory(dirname(file));
      const fresh = freeBeside(file);
      if (made !== undefined) undo.push(() => rmSync(made, { recursive: true, force: true }));
      prepared.push(fresh);
      writeFileSync(fresh, change.after);
      const mode = change.before === undefined ? undefined : statSync(file).mode & 0o7777;
      if (change.isExecutable) chmodSync(fresh, 0o755 | (mode ?? 0));
      else if (mode !== undefined) chmodSync(fresh, mode);
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
    return err(writeFailed(thrown, changes));
  }
}

/** Where a link leads, so that it stays one. */
function placeOf(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** What is known to go wrong, before anything is tried. */
function whatForbids(change: FileChange): Diagnostic | undefined {
  const { file, shown, before } = change;
  const found = entryAt(file);
  const way = notAFile(change);
  if (way) return way;
  const outside = leadsOutside(change);
  if (outside) return outside;
  // Relative to what is shown, each directory is shown like it.
  for (let at = dirname(file); ; at = dirname(at)) {
    if (!entryAt(at)) continue;
    const name = join(shown, relative(file, at));
    const wrong = wrongKind(at, "directory");
    if (wrong) return inTheWay(name, wrong, "directory");
    // Where a file is replaced, its directory is written to as well.
    const forbidden = writeForbidden(at, name) ?? (found ? writeForbidden(file, shown) : undefined);
    if (forbidden) return forbidden;
    break;
  }
  if (textOf(file) === before) return undefined;
  return diagnostic("changed-meanwhile", `\`${shown}\` was changed by something else meanwhile`, {
    notes: ["nothing was changed"],
    help: ["run the command again"],
  });
}

/** `not-a-file`, where something else lies at the place of a file: a directory, a pipe, a link to what is not there. */
export function notAFile({ file, shown }: Pick<FileChange, "file" | "shown">): Diagnostic | undefined {
  const is = entryAt(file) ? wrongKind(file, "file") : undefined;
  return is === undefined ? undefined : inTheWay(shown, is, "file");
}

/** `outside-of-project`, where a link leads out of the repository, or of the project where there is none. */
function leadsOutside({ file, shown }: FileChange): Diagnostic | undefined {
  if (!file.endsWith(`/${shown}`)) return undefined;
  const root = realpathSync(file.slice(0, -shown.length - 1));
  const top = repositoryOf(root) ?? root;
  for (let at = file; ; at = dirname(at)) {
    if (!existsSync(at)) continue;
    const real = realpathSync(at);
    if (real === top || real.startsWith(`${top}/`)) return undefined;
    const link = linkIn(shown, file);
    return diagnostic(
      "outside-of-project",
      `\`${link}\` is a link that leads out of the project, and \`${shown}\` would be written to \`${real}\``,
      {
        notes: ["nothing was changed"],
        help: [
          `if it is no longer wanted, take the link away, and run the command again: rm ${shellWord(link)}`,
        ],
      },
    );
  }
}

/** The first part of a path that is a link. */
function linkIn(shown: string, file: string): string {
  const root = file.slice(0, -shown.length);
  const parts = shown.split("/");
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return paths.find((path) => entryAt(join(root, path))?.isSymbolicLink()) ?? shown;
}

/** What something is that is not what is wanted; undefined where it is. */
function wrongKind(path: string, wanted: Kind): string | undefined {
  if (!existsSync(path)) return `a link to \`${readlinkSync(path)}\`, which is not there`;
  const found = statSync(path);
  const is = found.isFile() ? "file" : found.isDirectory() ? "directory" : undefined;
  if (is === wanted) return undefined;
  return is === undefined ? "neither a file nor a directory" : `a ${is}`;
}

type Kind = "file" | "directory";

function inTheWay(shown: string, is: string, wanted: Kind): Diagnostic {
  const word = shellWord(shown);
  return diagnostic(`not-a-${wanted}`, `\`${shown}\` is ${is}, and a ${wanted} is wanted there`, {
    notes: ["nothing was changed"],
    help: [`move it away, and run the command again: mv ${word} ${shellWord(`${shown}.old`)}`],
  });
}

/** Renaming would replace a read-only file without asking, and the superuser may do so wherever it is not immutable. */
function writeForbidden(path: string, shown: string): Diagnostic | undefined {
  try {
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    return readOnly(shown, errorCode(thrown));
  }
  const { mode } = statSync(path);
  return (mode & 0o222) === 0 ? readOnly(shown, "EACCES") : undefined;
}

function readOnly(shown: string, code: string): Diagnostic {
  return diagnostic("read-only", `\`${shown || "."}\` is read-only`, {
    notes: ["nothing was changed"],
    help: remedyFor(code, shellWord(shown || ".")),
  });
}

/** @param path as it is typed */
function remedyFor(code: string, path: string): string[] {
  switch (code) {
    case "EACCES":
      return [`chmod u+w ${path}`];
    case "EPERM":
      return [
        `it may be immutable: lsattr -d ${path} shows \`i\` or \`a\` then, which is taken away by: sudo chattr -ia ${path}`,
      ];
    case "EROFS":
      return ["its file system is read-only: work on a copy elsewhere"];
    case "EBUSY":
      return [
        `it is mounted there, as in a container, and cannot be replaced: work where ${path} is no mount`,
      ];
    case "ENOSPC":
    case "EDQUOT":
      return ["free some space, and run the command again"];
    default:
      return ["see below what the system refused, and run the command again"];
  }
}

function writeFailed(thrown: unknown, changes: readonly FileChange[]): Diagnostic {
  const to = thrown instanceof Error && "dest" in thrown ? String(thrown.dest) : "";
  const change = changes.find(({ file }) => file === to || (existsSync(file) && realpathSync(file) === to));
  return diagnostic("write-failed", `${change ? `\`${change.shown}\`` : "the files"} could not be written`, {
    notes: ["every file is as it was"],
    help: remedyFor(errorCode(thrown), change ? shellWord(change.shown) : "FILE"),
    causes: [thrown instanceof Error ? thrown.message : String(thrown)],
  });
}
