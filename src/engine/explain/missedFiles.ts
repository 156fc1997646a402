import { statSync } from "node:fs";
import { posix } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import type { Derivation } from "../../derivation/model.ts";
import { expressionIncluding } from "../../project/filtered/sourceExpression.ts";
import { isIgnoredByGit } from "../../project/gitRules.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import type { MissedFile } from "../../units/openTarget.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { directoryOf, scanned } from "../inputs/source.ts";
import { asNamedIn, configurationText, sourceOf } from "./explainFailure.ts";

/**
 * What to say where a step went well and yet looked for files that the project has and its source has not: a macro that
 * finds no file may leave out in silence what it would have made of it. Undefined where there are none.
 */
export function noteOfMissed(
  context: InputContext,
  step: Derivation,
  missed: readonly MissedFile[],
): string | undefined {
  const source = sourceOf(step);
  if (!source || missed.length === 0) return undefined;
  const directory = directoryOf(context, source);
  const onDisk = missed
    .map(({ unit, path }) => ({ unit, path: posix.normalize(path) }))
    .filter(({ path }) => statSync(`${directory}/${path}`, { throwIfNoEntry: false }));
  const isGits = (path: string) => /^\.git(\/|$)/.test(path);
  const files = onDisk.filter(({ path }) => !isGits(path) && statSync(`${directory}/${path}`).isFile());
  const [first] = files;
  if (first) {
    const paths = [...new Set(files.map(({ path }) => path))].slice(0, most);
    if (paths.every((path) => isIgnoredByGit(`${directory}/${path}`)))
      return `${nameOf(first.unit)} looked for ${backticked(paths)}, which git ignores, so that no build has it`;
    const kept = scanned(context, source);
    const names = new Set(kept.ok ? kept.value.map((file) => file.path) : []);
    const remedy = asNamedIn(
      expressionIncluding(source, paths, names),
      configurationText(context.project.configuration) ?? "",
    );
    return `${nameOf(first.unit)} looked for ${backticked(paths)}, which the filter of its source leaves out; to have it: src: ${remedy}`;
  }
  const ofGit = onDisk.find(({ path }) => isGits(path));
  if (!ofGit) return undefined;
  return `${nameOf(ofGit.unit)} looked for \`.git\`, and a build sees no history: what it needs of it can be given as a variable, by \`env\``;
}

function nameOf({ package: name, target }: UnitName): string {
  return target === "custom-build" ? `the build script of \`${name}\`` : `\`${name}\` (${target})`;
}

/** How many files are named. */
const most = 3;
