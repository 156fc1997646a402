import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { Digest } from "../base/digest.ts";
import type { MissingUnit, UnitName } from "../units/layout/unitMessages.ts";

/** What the engine tells while it works. Reporters turn events into what a person or a program reads. */
export type EngineEvent =
  | { readonly type: "step-started"; readonly step: string }
  | {
      readonly type: "step";
      readonly step: string;
      readonly status: StepStatus;
      readonly key: Digest;
      readonly seconds: number;
    }
  /** How many units the step consists of, and how many of them are there already: known once Cargo has planned. */
  | {
      readonly type: "plan";
      readonly step: string;
      readonly units: number;
      readonly restored: number;
      /** Those that are not there. Default: they are not known. */
      readonly missing?: readonly MissingUnit[];
      /** How many run at once. Default: that is not known. */
      readonly jobs?: number;
    }
  /** The build script of a package ran, now or when it was restored, and well. */
  | ({ readonly type: "script-ran"; readonly step: string } & Pick<UnitName, "package" | "version">)
  | ({
      readonly type: "unit";
      readonly step: string;
      /** `fetched`: restored, and it came from the shared cache for that. */
      readonly status: "compiled" | "restored" | "fetched";
    } & UnitName)
  /** A test, of a step that keeps results: the result of an earlier run is taken, or it runs, and why. */
  | {
      readonly type: "test";
      readonly step: string;
      readonly name: string;
      readonly status: "kept" | "run";
      readonly reason?: string;
    }
  /** A line that a command of the step printed, as printed; `isHidden`: it is about a stub, and not to be shown. */
  | { readonly type: "output"; readonly step: string; readonly line: string; readonly isHidden?: true }
  /**
   * Work outside steps: `fetch` downloads crates, `git` fetches checkouts, `unpack` vendors crates, `lay` copies units into
   * a target directory that is the user's; `hash` reads a toolchain that is not known
   * yet, and `copy` takes the base system or a native package into the store, both by `name` and in bytes; `download` and
   * `install` bring a component of a toolchain, likewise, and `wait` is for another process that does; `compile` makes
   * a program of Gantry's own, by `name`; `share` has the step `name` wait for another one that compiles much of the same;
   * `turn` has it wait for another build that runs the same step, and `alone` for a step of any other build, where one runs at a time;
   * `receive` brings records from a shared cache, by its `name`, and `send` waits in CI until they are sent there; `count` looks at what a store holds.
   */
  | {
      readonly type: "progress";
      readonly what: string;
      readonly name?: string;
      readonly done: number;
      readonly total: number;
    }
  /** Something the user should know that is no error; said once by its code and place. */
  | {
      readonly type: "warning";
      readonly diagnostic: Diagnostic;
      /** The message for a person who needs to be told no more. Default: the whole diagnostic is for people. */
      readonly shortly?: string;
    }
  | { readonly type: "note"; readonly text: string }
  /** What a command did besides steps, in Cargo's form: `Created` and `gantry.config.ts`. */
  | { readonly type: "done"; readonly verb: string; readonly text: string }
  /** What the shared cache did for a command: told once, at its end, where there is one. */
  | ({ readonly type: "shared-cache" } & SharedReport)
  /** What runs next writes to the terminal itself: what is drawn there goes away. */
  | { readonly type: "handover" }
  /** How a check came out: told of each, in their order, when all have come to their end. */
  | ({ readonly type: "check" } & CheckSummary)
  /** Lines for whoever reads the output as a program, to be written as they are: GitHub's workflow commands. */
  | { readonly type: "commands"; readonly lines: readonly string[] }
  /** The end of one round of a command that goes on, and what it waits for now. */
  | {
      readonly type: "round";
      /** What went wrong, if anything did. */
      readonly error: Diagnostic | undefined;
      /** What was finished: `4 checks`. */
      readonly finished: string;
      readonly waiting: string;
    };

/** Counts over a command. */
export type SharedReport = {
  /** Its address, without secrets. */
  readonly name: string;
  /** It is a directory that nobody has made yet. Absent: it is there, or that is not known. */
  readonly isAbsent?: true;
  /** Whether people asked for it: `--cache-report`. */
  readonly isAsked: boolean;
  /** Records that were looked for, since the store had none; and how many of them came. */
  readonly lookedFor: number;
  readonly found: number;
  /** By kind. */
  readonly kinds: Readonly<Record<string, { readonly lookedFor: number; readonly found: number }>>;
  readonly requests: number;
  /** In bytes. */
  readonly received: number;
  readonly sent: number;
  /** Records that were sent, as far as the command waited for it. */
  readonly uploaded: number;
  /** How long it took to make what came, in seconds. */
  readonly saved: number;
  /** How long something waited for the cache, in seconds. */
  readonly spent: number;
};

export type CheckSummary = {
  readonly check: string;
  readonly step: string;
  /** `stopped`: it was interrupted, or another check failed first. */
  readonly status: "passed" | "failed" | "stopped";
  /** Absent where something that its step needs was not there. */
  readonly from?: "run" | "cached";
  /** How long its step ran, now or when its result was made. */
  readonly seconds: number;
  readonly errors: number;
  readonly warnings: number;
  /** Absent where none are known. */
  readonly tests?: {
    readonly passed: number;
    readonly failed: number;
    readonly ignored: number;
    /** How many of those that passed did not run again. Absent: each ran. */
    readonly kept?: number;
  };
};

/**
 * `cached`: its result was in the store; `fetched`: it came from the shared cache; `stopped`: it was interrupted, by the user or
 * because another step failed.
 */
export type StepStatus = "built" | "cached" | "fetched" | "failed" | "stopped";

export type Emit = (event: EngineEvent) => void;

/** What a step that was stopped by the user returns. The command line turns it into exit status 130. */
export function interrupted(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["what had been built is kept"] });
}
