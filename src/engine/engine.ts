import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Store } from "../store/store.ts";
import type { Emit } from "./event.ts";
import type { JobBudget } from "./jobBudget.ts";
import type { ResolveInput } from "./resolved.ts";

/** What realising needs. One engine serves one command. */
export type Engine = {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly resolve: ResolveInput;
  readonly jobs: JobBudget;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Run every asked-for step again and compare the bytes. */
  readonly rebuild: boolean;
  /** Names the project in the store's records of what was built last. */
  readonly project: string;
};
