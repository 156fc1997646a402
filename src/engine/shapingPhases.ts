import type { Phase, Run } from "../derivation/phase.ts";

/**
 * What else than plans decides how the project's own packages are compiled. Clippy is another compiler, whose arguments
 * Cargo does not plan with, and which does not compile others' packages.
 */
export function shapingPhases(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter((run) => !isCargo(run) || run.argv[1] === "clippy");
}

/** What a hook leaves in `/build/out` or `/build/target`, any build script may read. */
export function hooksOf(phases: readonly Phase[]): Run[] {
  return runsUpToCargo(phases).filter((run) => !isCargo(run));
}

function runsUpToCargo(phases: readonly Phase[]): Run[] {
  const runs = phases.filter((phase) => phase.type === "run");
  return runs.slice(0, runs.findLastIndex(isCargo) + 1);
}

/** A hook that calls Cargo does with it what it likes. */
export function isCargo({ messages }: Run): boolean {
  return messages === "cargo";
}
