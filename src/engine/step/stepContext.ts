import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";
import type { ResolveInput } from "../inputs/resolvedInput.ts";
import type { StepDecision } from "../why/journal.ts";
import type { JobBudget } from "./jobBudget.ts";

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
  /** Its `gantry.config.ts`, absolute, for what a message advises. */
  readonly configuration: string | undefined;
  readonly filteredFile: FilteredFile;
  /** Takes down what is decided about each step, for `gantry why`. */
  readonly note: (decision: StepDecision) => void;
};

/** From a step, what it printed, and the configuration's text: the file that it misses because a filter drops it. */
export type FilteredFile = (
  step: Derivation,
  output: string,
  configuration: string | undefined,
) => Diagnostic | undefined;
