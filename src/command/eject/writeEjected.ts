import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isEjected } from "../../eject/ejectedFile.ts";
import type { PlacedFile } from "../../eject/ejectedFiles.ts";
import { textOf } from "../../tree/files.ts";
import { replaceFile } from "../../tree/replaceFile.ts";

/**
 * Writes the files that are not as they should be, all of them or none; says of each what was done.
 *
 * Errors: `eject-foreign`, for a file that somebody else wrote.
 */
export function writeEjected(files: readonly PlacedFile[]): Result<readonly string[]> {
  const foreign = foreignFile(files);
  if (foreign) return err(foreign);
  const said = files.map((wanted) => {
    const { file, text, shown, next, isExecutable } = wanted;
    if (!isStale(wanted)) return `\`${shown}\` is as it should be`;
    const did = existsSync(file) ? "updated" : "wrote";
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text, isExecutable ? 0o755 : undefined);
    return `${did} \`${shown}\`: ${next}`;
  });
  return ok(said);
}

function isStale({ file, text, isExecutable }: PlacedFile): boolean {
  return textOf(file) !== text || (isExecutable === true && !isRunnable(file));
}

function isRunnable(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0;
}

/** `eject-foreign`, where something else lies at the place of one of the files. */
export function foreignFile(files: readonly PlacedFile[]): Diagnostic | undefined {
  const foreign = files.find(({ file }) => existsSync(file) && !isEjected(textOf(file) ?? ""));
  return foreign && notOurs(foreign.shown);
}

function notOurs(path: string): Diagnostic {
  return diagnostic(
    "eject-foreign",
    `\`${path}\` was not written by \`gantry eject\`, and is left as it is`,
    {
      help: [`move it away if it is no longer wanted: git mv ${path} ${path}.old`],
    },
  );
}

/** `eject-stale`, with how each file differs; undefined where all are as they should be. */
export async function staleFiles(files: readonly PlacedFile[]): Promise<Diagnostic | undefined> {
  const stale = files.filter(isStale);
  if (stale.length === 0) return undefined;
  const names = stale.map(({ shown }) => shown);
  const { createTwoFilesPatch } = await import("diff");
  const log = stale
    .filter(({ file, text }) => textOf(file) !== text)
    .map(({ file, text, shown }) =>
      createTwoFilesPatch(shown, `${shown}, by the description`, textOf(file) ?? "", text),
    )
    .join("\n");
  const unmarked = stale.filter(({ file, text }) => textOf(file) === text).map(({ shown }) => shown);
  return {
    ...diagnostic(
      "eject-stale",
      `${backticked(names)} ${names.length === 1 ? "is" : "are"} not what the description says`,
      {
        notes: unmarked.map((name) => `\`${name}\` cannot be run as a program`),
        help: [...new Set(stale.map(({ command }) => command))],
      },
    ),
    ...(log !== "" && { log }),
  };
}
