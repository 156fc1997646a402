import { chmodSync, existsSync, readFileSync, realpathSync, type Stats, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { errorCode } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import type { CheckedOut } from "../../shell/hooks/checkedOut.ts";
import { gitFailed } from "../../shell/hooks/git.ts";
import { shownName } from "../../shell/hooks/names.ts";
import { entryAt } from "../../tree/files.ts";
import { rewriteFile } from "../../tree/rewriteFile.ts";
import { type Reader, typedPaths } from "./advice.ts";

type Fixes = {
  readonly reader: Reader;
  readonly files: CheckedOut;
  /** What hooks changed in `files`, relative to the top of the repository. */
  readonly changed: readonly string[];
  readonly signal: AbortSignal;
};

/**
 * Works what hooks changed in their copies into the user's files: bytes, and whether a file can be executed. A file that is not
 * staged as it is keeps what the user changed since; where both changed the same lines, it is left as it is, and so is one that
 * either of them deleted.
 *
 * Errors: `hooks-fix`, for files that were left; `interrupted`, between two files; `disk-full` and others of the system, where a
 * file and those after it are as before; `repository-unreadable`.
 */
export async function applyFixes(
  { reader, files, changed, signal }: Fixes,
  emit: Emit,
): Promise<Result<void>> {
  const left: Left[] = [];
  const done: { readonly path: string; readonly isWhole: boolean }[] = [];
  for (const path of changed) {
    const fixed = await fixOne({ reader, path, files });
    if (signal.aborted && !(fixed.ok && typeof fixed.value !== "string")) return err(interrupted());
    if (!fixed.ok) return fixed;
    if (typeof fixed.value === "string") {
      left.push({ path, reason: fixed.value });
      continue;
    }
    emit({ type: "done", verb: "Fixed", text: path });
    done.push({ path, ...fixed.value });
  }
  const add = [
    ["git add", done.filter(({ isWhole }) => isWhole)],
    ["git add --patch", done.filter(({ isWhole }) => !isWhole)],
  ] as const;
  const typed = add
    .filter(([, some]) => some.length > 0)
    .map(
      ([command, some]) =>
        `${command} ${typedPaths(
          reader,
          some.map(({ path }) => path),
        )}`,
    );
  if (typed.length > 0) emit({ type: "note", text: `stage it: ${typed.join(" && ")}` });
  if (left.length === 0) return ok();
  const paths = left.map(({ path }) => shownName(path));
  const deleted = left.filter(({ reason }) => reason === "deletes").map(({ path }) => path);
  const stale = left.filter(({ reason }) => isOfReader(reason)).map(({ path }) => path);
  const mixed = left.filter(({ reason }) => reason === "lines").map(({ path }) => path);
  return err(
    diagnostic("hooks-fix", `${backticked(paths)} ${left.length === 1 ? "was" : "were"} left as before`, {
      notes: reasons.flatMap(([reason, says]) => {
        const own = left.filter((each) => each.reason === reason).map(({ path }) => shownName(path));
        return own.length === 0 ? [] : [`${backticked(own)}: ${says}`];
      }),
      help: [
        ...(mixed.length > 0
          ? [
              `change these lines yourself as the hook does, and stage no more than that: git add --patch ${typedPaths(reader, mixed)}`,
            ]
          : []),
        ...(stale.length > 0
          ? [
              `${mixed.length > 0 ? "or stage all that you have" : "stage what you have"}, and run it again: git add ${typedPaths(reader, stale)}`,
            ]
          : []),
        ...(deleted.length > 0
          ? [`delete what the hook deletes: git rm ${typedPaths(reader, deleted)}`]
          : []),
      ],
    }),
  );
}

type Left = { readonly path: string; readonly reason: Reason };

/** Why a file was left as it was. */
type Reason =
  | "lines"
  | "binary"
  | "gone"
  | "other"
  | "deletes"
  | "replaces"
  | "refused"
  | "meanwhile"
  | "name";

const reasons: readonly (readonly [Reason, string])[] = [
  [
    "lines",
    "what you changed since it was staged, and what the hook changes, are the same lines, or adjacent ones",
  ],
  ["binary", "you changed it since it was staged, and it is no text"],
  ["gone", "you deleted it since it was staged"],
  ["other", "it is no file any more since it was staged"],
  ["deletes", "the hook deletes it"],
  ["replaces", "the hook makes something else than a file of it"],
  ["meanwhile", "it changed while this ran: run it again"],
  ["name", "its name is not UTF-8"],
  ["refused", "you may not write it, or the directory that it is in"],
];

/** Whether what the user did since staging is in the way. */
function isOfReader(reason: Reason): boolean {
  return reason === "lines" || reason === "binary" || reason === "gone" || reason === "other";
}

type One = { readonly reader: Reader; readonly path: string; readonly files: CheckedOut };

async function fixOne({ reader, path, files }: One): Promise<Result<Reason | { readonly isWhole: boolean }>> {
  if (!path.isWellFormed()) return ok("name");
  const [own, fixed] = [join(reader.repository.top, path), join(files.top, path)];
  const [before, after] = [entryOf(reader.repository.top, path), entryOf(files.top, path)];
  if (!after) return ok("deletes");
  if (!before) return ok("gone");
  if (!after.isFile()) return ok("replaces");
  if (!before.isFile()) return ok("other");
  const staged = await files.git(["cat-file", "--filters", `${files.tree}:${path}`], { encoding: "latin1" });
  if (!staged.ok) return err(gitFailed(staged));
  const ours = readFileSync(own);
  const merged = await mergedBytes({ own, ours, fixed, staged: Buffer.from(staged.stdout, "latin1") }, files);
  if (typeof merged === "string") return ok(merged);
  try {
    const now = readFileSync(own);
    if (!now.equals(ours)) return ok("meanwhile");
    if (!merged.equals(now)) rewriteFile(own, merged, now);
    await fixMode({ own, before, after, path }, files);
  } catch (thrown) {
    if (["EACCES", "EPERM"].includes(errorCode(thrown))) return ok("refused");
    const help = [`see how much room there is: df -h ${typedPaths(reader, [path])}`];
    const known = systemError(thrown, `\`${path}\` was left as before: writing it`, { help });
    if (known === undefined) throw thrown;
    return err(known);
  }
  // Nothing but the fix is unstaged then.
  return ok({ isWhole: merged.equals(readFileSync(fixed)) });
}

/** What lies at a path, as git sees it: beyond a link there is nothing. */
function entryOf(top: string, path: string): Stats | undefined {
  const file = join(top, path);
  const directory = dirname(file);
  if (!existsSync(directory) || realpathSync(directory) !== join(realpathSync(top), dirname(path)))
    return undefined;
  return entryAt(file);
}

type Modes = {
  readonly own: string;
  readonly before: Stats;
  readonly after: Stats;
  readonly path: string;
};

/** Whether a file can be executed is all of its mode that git knows. What the hook did not change stays as it is. */
async function fixMode({ own, before, after, path }: Modes, files: CheckedOut): Promise<void> {
  const listed = await files.git(["--literal-pathspecs", "ls-tree", files.tree, "--", path]);
  const isNow = (after.mode & 0o100) !== 0;
  if (listed.stdout.startsWith("100755") === isNow || ((before.mode & 0o100) !== 0) === isNow) return;
  // Whoever may read it may execute it, as when git writes one.
  chmodSync(own, isNow ? before.mode | ((before.mode & 0o444) >> 2) : before.mode & ~0o111);
}

type Versions = {
  readonly own: string;
  readonly ours: Buffer;
  readonly fixed: string;
  readonly staged: Buffer;
};

/** Bytes throughout: a file need not be UTF-8. */
async function mergedBytes(
  { own, ours, fixed, staged }: Versions,
  files: CheckedOut,
): Promise<Buffer | "lines" | "binary"> {
  const theirs = readFileSync(fixed);
  if (ours.equals(staged)) return theirs;
  if (theirs.equals(staged)) return ours;
  // Git takes the size of a file for its length, so that a pipe would be empty.
  writeFileSync(files.scratch, staged);
  const merged = await files.git(["merge-file", "-p", own, files.scratch, fixed], { encoding: "latin1" });
  if (merged.ok) return Buffer.from(merged.stdout, "latin1");
  return /binary/i.test(merged.stderr) ? "binary" : "lines";
}
