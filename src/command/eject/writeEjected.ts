import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isEjected } from "../../eject/ejectedFile.ts";
import type { PlacedFile } from "../../eject/kinds/ejectedFiles.ts";
import { isIgnoredByGit, isTrackedByGit, repositoryOf } from "../../project/gitRules.ts";
import { shellWord } from "../../shell/quote.ts";
import { isFile, textOf } from "../../tree/files.ts";
import { applyChanges, notAFile } from "./applyChanges.ts";

/**
 * Writes the files that are not as they should be, all of them or none; says of each what was done.
 *
 * Errors: `eject-foreign`, for a file that somebody else wrote; those of `applyChanges`.
 */
export function writeEjected(files: readonly PlacedFile[]): Result<readonly string[]> {
  const foreign = foreignFile(files);
  if (foreign) return err(foreign);
  const changes = files.filter(isStale).map(({ file, shown, text, isExecutable = false }) => {
    const before = textOf(file);
    return { file, shown, after: text, isExecutable, ...(before !== undefined && { before }) };
  });
  const applied = applyChanges(changes);
  if (!applied.ok) return applied;
  return ok([
    ...files.map(({ file, shown, next }) => {
      const done = changes.find((each) => each.file === file);
      if (!done) return `\`${shown}\` is as it should be`;
      const ignored = isIgnoredByGit(file) ? `; git ignores it: git add --force ${shellWord(shown)}` : "";
      return `${done.before === undefined ? "wrote" : "updated"} \`${shown}\`: ${next}${ignored}`;
    }),
    ...files.flatMap(ownNotIgnored),
  ]);
}

/** Whoever commits what was ejected is about to commit what lies beside it. */
function ownNotIgnored({ file, own }: PlacedFile): readonly string[] {
  if (own === undefined) return [];
  const at = join(dirname(file), own);
  if (repositoryOf(at) === undefined || isIgnoredByGit(at) || isTrackedByGit(at)) return [];
  return [`\`${own}\` is for each alone, and git does not ignore it: echo /${own} >> .gitignore`];
}

function isStale({ file, text, isExecutable }: PlacedFile): boolean {
  return textOf(file) !== text || (isExecutable === true && !isRunnable(file));
}

function isRunnable(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0;
}

/** `eject-foreign`, where a file of somebody else's lies at the place of one of the files. */
export function foreignFile(files: readonly PlacedFile[]): Diagnostic | undefined {
  // An empty file is nobody's.
  const isForeign = (text: string) => text !== "" && !isEjected(text);
  const foreign = files.find(({ file }) => isFile(file) && isForeign(textOf(file) ?? ""));
  return foreign && notOurs(foreign.shown);
}

function notOurs(path: string): Diagnostic {
  return diagnostic(
    "eject-foreign",
    `\`${path}\` was not written by \`gantry eject\`, and is left as it is`,
    {
      help: [`move it away if it is no longer wanted: mv ${shellWord(path)} ${shellWord(`${path}.old`)}`],
    },
  );
}

/**
 * `eject-stale`, with how each file differs; undefined where all are as they should be. `eject-foreign` and `not-a-file` for one
 * that would not be written either.
 */
export async function staleFiles(files: readonly PlacedFile[]): Promise<Diagnostic | undefined> {
  const foreign = files.map(notAFile).find((each) => each !== undefined) ?? foreignFile(files);
  if (foreign) return foreign;
  const stale = files.filter(isStale);
  if (stale.length === 0) return undefined;
  const names = stale.map(({ shown }) => shown);
  const { createTwoFilesPatch } = await import("diff");
  const found = stale.map((wanted) => ({ ...wanted, is: textOf(wanted.file) }));
  const log = found
    .filter(({ is, text }) => is !== undefined && withoutReturns(is) !== text)
    .map(({ is = "", text, shown }) =>
      createTwoFilesPatch(shown, `${shown}, by the description`, is, text).replace(/^=+\n/, ""),
    )
    .join("\n");
  const notes = found.flatMap(({ is, text, shown }) => {
    if (is === undefined) return [`\`${shown}\` is not there`];
    if (is === text) return [`\`${shown}\` cannot be run as a program`];
    if (withoutReturns(is) !== text) return [];
    return [
      `\`${shown}\` has the line ends of Windows; so that git leaves it alone, \`.gitattributes\` may say: ${shown} text eol=lf`,
    ];
  });
  return {
    ...diagnostic(
      "eject-stale",
      `${backticked(names)} ${names.length === 1 ? "is" : "are"} not what the description says`,
      { notes, help: [...new Set(stale.map(({ command }) => command))] },
    ),
    ...(log !== "" && { log }),
  };
}

function withoutReturns(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
