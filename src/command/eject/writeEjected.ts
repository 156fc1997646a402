import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type EjectedFile, isEjected } from "../../eject/ejectedFile.ts";
import { textOf } from "../../tree/files.ts";
import { replaceFile } from "../../tree/replaceFile.ts";

/**
 * Writes the files that are not as they should be, all of them or none; says of each what was done.
 *
 * Errors: `eject-foreign`, for a file that somebody else wrote.
 *
 * @param top what the paths are relative to
 */
export function writeEjected(top: string, files: readonly EjectedFile[]): Result<readonly string[]> {
  const foreign = files.find(
    ({ path }) => existsSync(join(top, path)) && !isEjected(textOf(join(top, path)) ?? ""),
  );
  if (foreign) return err(notOurs(foreign.path));
  const said = files.map(({ path, text }) => {
    const file = join(top, path);
    if (textOf(file) === text) return `\`${path}\` is as it should be`;
    const did = existsSync(file) ? "updated" : "wrote";
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text);
    return `${did} \`${path}\`: commit it, and set the variable GANTRY_REPOSITORY there`;
  });
  return ok(said);
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
export async function staleFiles(
  top: string,
  files: readonly EjectedFile[],
): Promise<Diagnostic | undefined> {
  const stale = files.filter(({ path, text }) => textOf(join(top, path)) !== text);
  if (stale.length === 0) return undefined;
  const names = stale.map(({ path }) => path);
  const { createTwoFilesPatch } = await import("diff");
  const log = stale
    .map(({ path, text }) =>
      createTwoFilesPatch(path, `${path}, by the description`, textOf(join(top, path)) ?? "", text),
    )
    .join("\n");
  return {
    ...diagnostic(
      "eject-stale",
      `${backticked(names)} ${names.length === 1 ? "is" : "are"} not what the description says`,
      {
        help: ["gantry eject ci"],
      },
    ),
    log,
  };
}
