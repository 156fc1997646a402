import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { optionValues } from "../../crane/arguments/optionValues.ts";
import type { Derivation } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { lockText } from "../../engine/inputs/lock.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import {
  chosenAmong,
  isPlainName,
  type Package,
  packagesOf,
  sourceOf,
  targetsOf,
  wordsForCargo,
} from "./ownPackages.ts";

const kinds = ["bin", "example", "test", "bench"] as const;

/**
 * Said before anything is downloaded: a package, or a program, example, test or benchmark, that Cargo is told to build by a name
 * which no manifest has. Undefined where only Cargo can say.
 *
 * Errors: `package-unknown`, `target-unknown`.
 *
 * @param steps see `choosingByName`
 * @param asked the packages that the command line names: a dependency installs nothing
 */
export async function absentChoice(
  context: InputContext,
  steps: readonly Derivation[],
  asked: readonly string[],
): Promise<Diagnostic | undefined> {
  for (const step of steps) {
    const source = await sourceOf(step);
    const packages = source ? await packagesOf(context, source) : [];
    if (!source || packages.length === 0) continue;
    const locked = () => {
      const lock = lockText(context, lockFileOf(source));
      return lock.ok ? lock.value.text : undefined;
    };
    const installs = step.phases.some(({ type }) => type === "install");
    for (const words of wordsForCargo(step.phases)) {
      const problem =
        absentPackage(packages, words, { locked, refused: installs ? asked : [] }) ??
        absentTarget(packages, words);
      if (problem) return problem;
    }
  }
  return undefined;
}

type Others = {
  /** The text of the lock. */
  readonly locked: () => string | undefined;
  /** What may not be a dependency. */
  readonly refused: readonly string[];
};

function absentPackage(
  packages: readonly Package[],
  words: readonly string[],
  { locked, refused }: Others,
): Diagnostic | undefined {
  const names = packages.map(({ name }) => name).sort(byCodeUnit);
  const isKnown = (word: string) => !isPlainName(word) || names.includes(word);
  for (const word of optionValues(words, "--package", "-p").filter((each) => !isKnown(each))) {
    const lock = locked();
    const isDependency = lock?.split("\n").some((line) => line.trim() === `name = "${word}"`) ?? true;
    if (isDependency && !refused.includes(word)) continue;
    const guess = nearest(word, names);
    const message = isDependency
      ? `\`${word}\` is a dependency, and no package of the workspace: nothing of it is installed`
      : `the workspace has no package \`${word}\``;
    return diagnostic("package-unknown", message, {
      notes: [`${isDependency ? "the workspace" : "it"} has ${backticked(names)}`],
      help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
      status: 2,
    });
  }
  return undefined;
}

function absentTarget(packages: readonly Package[], words: readonly string[]): Diagnostic | undefined {
  const wanted = kinds.flatMap((kind) => optionValues(words, `--${kind}`).map((name) => ({ kind, name })));
  if (wanted.length === 0) return undefined;
  const targets = targetsOf(chosenAmong(packages, words));
  if (!targets) return undefined;
  for (const { kind, name } of wanted) {
    const names = [...new Set(targets.flatMap((each) => (each.kind === kind ? [each.name] : [])))].sort(
      byCodeUnit,
    );
    if (!isPlainName(name) || names.includes(name)) continue;
    const guess = nearest(name, names);
    // In Cargo's words, which says it where only Cargo knows.
    return diagnostic("target-unknown", `no ${kind} target named \`${name}\`${inChosen(words)}`, {
      notes: names.length > 0 ? [`there ${names.length === 1 ? "is" : "are"} ${backticked(names)}`] : [],
      help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
      status: 2,
    });
  }
  return undefined;
}

function inChosen(words: readonly string[]): string {
  const chosen = [...new Set(optionValues(words, "--package", "-p"))];
  return chosen.length === 0 ? "" : ` in ${backticked(chosen)}`;
}
