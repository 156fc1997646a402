import { asDigest, type Digest } from "../base/digest.ts";
import type { Store } from "../store/store.ts";

/** A step of a project, by the name that people know it by. */
export type StepOf = {
  /** The project's root. */
  readonly project: string;
  readonly step: string;
};

const kind = "last-step";

/** Notes under which key a step ran last, well or not, so that its log is found by its name. */
export function recordLastStep(store: Pick<Store, "memo">, of: StepOf, key: Digest): void {
  store.memo.set(kind, keyOf(of), key);
}

/** The key that a step ran under last; undefined where it never ran here. */
export function lastStep(store: Pick<Store, "memo">, of: StepOf): Digest | undefined {
  return asDigest(store.memo.get(kind, keyOf(of)) ?? "");
}

function keyOf({ project, step }: StepOf): string {
  return `${project}\n${step}`;
}
