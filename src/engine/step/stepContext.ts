import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Mount, Sandbox, SandboxInstance } from "../../sandbox/sandbox.ts";
import type { Store } from "../../store/store.ts";
import type { UnitsInFlight } from "../../units/inFlight.ts";
import type { CargoSettings } from "../../units/key/cargoSettings.ts";
import type { UnitEnvironment } from "../../units/key/environment.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import type { MissedFile } from "../../units/openTarget.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { Emit } from "../event.ts";
import type { Explanation } from "../explain/finding.ts";
import type { FailedCommand, ToldMissed } from "../explain/missedFiles.ts";
import type { ResolvedInput, ResolveInput } from "../inputs/resolvedInput.ts";
import type { SharedCache } from "../shared/sharedCache.ts";
import type { StepDecision, StepLog, TestDecision } from "../why/journal.ts";
import type { Jobserver } from "./jobserver.ts";

/** What realising needs. One engine serves one command. */
export type Engine = {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly resolve: ResolveInput;
  /** Opens the jobserver, which all steps share, when the first of them runs. */
  readonly jobserver: () => Promise<Jobserver>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Brings records from other machines. Default: nobody does. */
  readonly shared?: SharedCache | undefined;
  /** What steps compile at the moment. */
  readonly inFlight: UnitsInFlight;
  /** The warnings of compilers, and of Cargo about manifests, that were told: several steps have the same. */
  readonly warned: Set<string>;
  /** Whether those that a step's own code had are told again where its result is taken, as Cargo does. Default: they are not. */
  readonly repeatsWarnings?: boolean | undefined;
  /** Run every asked-for step again and compare the bytes. */
  readonly rebuild: boolean;
  /** Whether it is told what others' build scripts and macros do: the project has a policy for them. Changes no key. */
  readonly observesActs: boolean;
  /** Names the project in the store's records of what was built last. */
  readonly project: string;
  /** What a step goes by, which no other step of the project does: its name, and a number where several have it. */
  readonly nameOf: (step: Derivation) => string;
  /** Its `gantry.config.ts`, absolute, for what a message advises. */
  readonly configuration: string | undefined;
  /** From a step and what it printed: the file that it misses because a filter drops it. */
  readonly filteredFile: (step: Derivation, output: string) => Promise<Diagnostic | undefined>;
  /** Says which files a step that went well looked for that are on disk and not in its source; gives the lookups of those. */
  readonly tellMissed: (step: Derivation, missed: readonly MissedFile[]) => Promise<ToldMissed>;
  /** The same of a step that failed, for its error, by what was seen of its last command. */
  readonly missedBy: (step: Derivation, failed: FailedCommand) => Promise<Explanation>;
  /**
   * By their keys, steps that failed before and are not run again for what would be the same failure; filled by those that
   * fail. Default: a step that failed is run again.
   */
  readonly failures?: Map<Digest, Diagnostic>;
  /** Takes down what is decided about each step, for `gantry why`. */
  readonly note: (decision: StepDecision) => void;
};

/** A step whose inputs are known. */
export type Step = {
  readonly derivation: Derivation;
  readonly key: Digest;
  readonly mounts: ReadonlyMap<string, readonly ResolvedInput[]>;
  /** The layer that it starts from. */
  readonly layer?: { readonly digest: Digest; readonly environment: UnitEnvironment };
};

/** A step that runs. */
export type StepRun = Step & {
  /** What differs from its last result, in words. Absent: it has none, or runs again for the sake of it. */
  readonly change?: string;
  /** Told when it has a job, or has waited for another step: its time counts from there. */
  readonly onStart: () => void;
  /** Told the units that have to be compiled, as soon as that is decided, and again with how they ended if it fails. */
  readonly onCompile: (units: readonly UnitReason[]) => void;
  /** Told what else is to be known about how it ran. */
  readonly onNote: (text: string) => void;
  /** Told what was decided about its tests, where their results are kept. */
  readonly onTests: (tests: readonly TestDecision[]) => void;
};

/** What is recorded of a step that succeeded. A result whose output is no longer in the store counts as none. */
export type StepResult = {
  /** The tree that it left under `/build/out`. */
  readonly output: Digest;
  /** The units it kept, and the environment that they were compiled in. */
  readonly layer?: { readonly digest: Digest; readonly environment: UnitEnvironment };
  /** The lookups that were told, to be told again whenever this result is used. */
  readonly missed?: readonly MissedFile[];
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
  readonly missed: readonly MissedFile[];
};

/** What a running step has at hand. */
export type StepContext = {
  readonly engine: Engine;
  readonly step: StepRun;
  readonly jobserver: Jobserver;
  readonly log: StepLog;
  /** A directory of the store's own, on its file system, gone when the step ends. */
  readonly scratch: string;
  readonly inputs: PlacedInputs;
  /** Read once for all that the step asks of Cargo. */
  readonly cargoSettings: CargoSettings;
  /** Enters the step's world with these mounts besides, or in the place of an input. */
  readonly enter: (name: string, writable: readonly Mount[]) => SandboxInstance;
};

/** The inputs of a step in its world, and which content lies at which path. */
export type PlacedInputs = {
  /** Parents before what is mounted below them. */
  readonly mounts: readonly Mount[];
  /** Before, vendored crates may be lacking, whose content is known. Errors: those of placing them. */
  readonly arrived: Promise<Result<void>>;
  /** The digest of the part (a vendored crate) that a path lies in. */
  readonly contentAt: (path: string) => Digest | undefined;
  /** The text of a file; undefined where there is none. */
  readonly textAt: (path: string) => string | undefined;
};
