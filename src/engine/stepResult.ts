import type { Digest } from "../base/digest.ts";
import type { Store } from "../store/store.ts";
import type { UnitEnvironment } from "../units/unitEnvironment.ts";

/** What is recorded of a step that succeeded. */
export type StepResult = {
  /** The tree that it left under `/build/out`. */
  readonly output: Digest;
  /** The units it kept, and the environment that they were compiled in. */
  readonly layer?: { readonly digest: Digest; readonly environment: UnitEnvironment };
  /** How long it took to run, in seconds. */
  readonly seconds: number;
};

const kind = "result";

/** The recorded result, if its output is still there: `gc` and `verify` may have removed the tree alone. */
export function recordedResult(store: Store, key: Digest): StepResult | undefined {
  const text = store.memo.get(kind, key);
  if (text === undefined) return undefined;
  const result: StepResult = JSON.parse(text);
  return store.tree(result.output) ? result : undefined;
}

export function recordResult(store: Store, key: Digest, result: StepResult): void {
  store.memo.set(kind, key, JSON.stringify(result));
}
