import { byCodeUnit } from "../../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { readTree } from "../../store/readTree.ts";
import type { Store } from "../../store/store.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import type { UnitEnvironment } from "../../units/key/environment.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";

/** What is recorded of a step that succeeded. */
export type StepResult = {
  /** The tree that it left under `/build/out`. */
  readonly output: Digest;
  /** The units it kept, and the environment that they were compiled in. */
  readonly layer?: { readonly digest: Digest; readonly environment: UnitEnvironment };
  /** How long it took to run, in seconds. */
  readonly seconds: number;
};

/** What a step that ran well has left. */
export type StepOutcome = {
  readonly output: Digest;
  readonly layer?: KeptLayer;
};

/** The units that a step kept. */
export type KeptLayer = NonNullable<StepResult["layer"]> & {
  /** Units that came out otherwise than before, of a step that ran for `--rebuild`. */
  readonly differing: readonly UnitName[];
};

/** The recorded result, if its output is still there: `gc` and `verify` may have removed the tree alone. */
export function recordedResult(store: Store, key: Digest): StepResult | undefined {
  return store.records.get("result", key);
}

export function recordResult(store: Store, key: Digest, result: StepResult): void {
  store.records.set("result", key, result);
}

/** How many of a kind are named in one message. */
const most = 20;

/**
 * What a step that ran a second time left otherwise than the first time; undefined where it left the same.
 *
 * Errors: `not-reproducible`, naming the units and the files of its output that differ.
 */
export function notReproducible(
  store: Store,
  step: string,
  { before, after }: { readonly before: StepResult | undefined; readonly after: StepOutcome },
): Diagnostic | undefined {
  const units = (after.layer?.differing ?? []).map(unitText);
  const output = before && before.output !== after.output ? before.output : undefined;
  const files = output ? differences(filesOf(store, output), filesOf(store, after.output)) : [];
  if (units.length + files.length === 0) return undefined;
  return diagnostic("not-reproducible", `\`${step}\` gave another result than before`, {
    notes: [
      ...shortened(units),
      ...shortened(files),
      ...(output
        ? [`before: ${store.root}/trees/${output}`, `now: ${store.root}/trees/${after.output}`]
        : []),
    ],
    help: ["look for time, randomness or the order of a hash map in build scripts, proc macros and hooks"],
  });
}

function unitText({ package: name, version, target, mode }: UnitName): string {
  return `the unit \`${name} ${version}\` (${target}, ${mode}) differs`;
}

function shortened(texts: readonly string[]): string[] {
  return texts.length <= most ? [...texts] : [...texts.slice(0, most), `and ${texts.length - most} more`];
}

function filesOf(store: Store, tree: Digest): ReadonlyMap<string, TreeFile> {
  return new Map(readTree(store.pathOf(tree)).map((file) => [file.path, file]));
}

function differences(before: ReadonlyMap<string, TreeFile>, after: ReadonlyMap<string, TreeFile>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(byCodeUnit);
  return paths.flatMap((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    if (!was) return [`\`${path}\` was not there before`];
    if (!is) return [`\`${path}\` is not there any more`];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`\`${path}\` differs`];
  });
}
