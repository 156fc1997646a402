import { mkdirSync } from "node:fs";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { Digest } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { planFailure } from "../cargo/planFailure.ts";
import { printsNoUnitGraph } from "../cargo/printsNoUnitGraph.ts";
import { workingDirectory } from "../derivation/inWorkspace.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import { keepRustcInfo, restoreRustcInfo } from "../units/rustcInfo.ts";
import { configurationOf } from "./configurationOf.ts";
import { interrupted } from "./interrupted.ts";
import type { Workplace } from "./runStep.ts";
import { withOwnConfig } from "./withOwnConfig.ts";

/**
 * Has Cargo print the unit graph of each invocation, in the step's own world, so that what it plans is what it
 * will do; undefined if it does not print any. Unit graphs are unstable; `RUSTC_BOOTSTRAP`, for this call alone, has a
 * stable Cargo print them (seen with Cargo 1.95).
 */
export async function printUnitGraphs(
  at: Workplace,
  plans: readonly (readonly string[])[],
  environment: Digest,
): Promise<Result<readonly string[] | undefined>> {
  const start = performance.now();
  const directory = `${at.scratch}/plan-target`;
  mkdirSync(directory);
  const entered = await at.enter("plan", [{ at: "/build/target", kind: "writable", directory }]);
  if (!entered.ok) return entered;
  await using rooms = entered.value;
  const { memo } = at.engine.store;
  if (!restoreRustcInfo(memo, environment, directory)) {
    await askRustc(at, rooms);
    keepRustcInfo(memo, environment, directory);
  }
  const graphs: string[] = [];
  for (const plan of plans) {
    const said: string[] = [];
    const printed: string[] = [];
    const exit = await rooms.run({
      argv: cargo(at, ...plan, "--unit-graph", "-Z", "unstable-options"),
      cwd: workingDirectory(at.step.derivation),
      env: { ...at.step.derivation.env, RUSTC_BOOTSTRAP: "1" },
      signal: at.engine.signal,
      onLine: (stream, line) => void (stream === "stdout" ? printed : said).push(line),
    });
    if (!exit.ok) return exit;
    if (exit.value.interrupted) return err(interrupted());
    if (exit.value.status !== 0 && printsNoUnitGraph(said)) return ok(undefined);
    if (exit.value.status !== 0) return err(planFailed(at, plan, said));
    graphs.push(printed.join("\n"));
  }
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("plan", { start });
  return ok(graphs);
}

/**
 * Has Cargo ask rustc what it asks before it plans: not with `RUSTC_BOOTSTRAP`, which rustc could answer otherwise. What
 * is wrong with the project, planning will say.
 */
async function askRustc(at: Workplace, rooms: Rooms): Promise<void> {
  const { env } = at.step.derivation;
  await rooms.run({
    argv: cargo(at, "tree", "--locked", "--depth", "0"),
    cwd: workingDirectory(at.step.derivation),
    env,
    signal: at.engine.signal,
    onLine: () => undefined,
  });
}

function cargo({ configuration, step }: Workplace, ...words: string[]): readonly [string, ...string[]] {
  return withOwnConfig(step.derivation, configuration.settings, ["cargo", ...words]);
}

function planFailed(
  { engine, step }: Workplace,
  plan: readonly string[],
  said: readonly string[],
): Diagnostic {
  const failure = planFailure(step.derivation.name, plan, said);
  const filtered = engine.filteredFile(step.derivation, said.join("\n"), configurationOf(engine));
  return filtered ? { ...filtered, causes: failure.causes } : failure;
}
