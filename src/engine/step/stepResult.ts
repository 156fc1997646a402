import type { Digest } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
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
