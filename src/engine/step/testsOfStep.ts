import { posix } from "node:path";
import { canonical, digestOf } from "../../base/digest.ts";
import { parseCargoConfig } from "../../cargo/config/parseCargoConfig.ts";
import { configTexts, findConfigFiles } from "../../cargo/config/settings.ts";
import { world } from "../../derivation/world.ts";
import { hostTriple } from "../../fetch/toolchain/findToolchain.ts";
import { platformsOf } from "../../units/key/crossing.ts";
import { type KeptTests, openKeptTests } from "../tests/keptTests.ts";
import { type Observing, testRunnerFor } from "./observer.ts";
import type { StepContext } from "./stepContext.ts";
import { localFiles, writableSource } from "./targetDirectory.ts";

/** Whether results of tests are to be kept in a step. */
export function keepsTests({ step }: Pick<StepContext, "step">): boolean {
  return step.derivation.phases.some((phase) => phase.type === "run" && phase.keepsResults === true);
}

/**
 * The tests of a step that keeps their results; undefined for others, and where it cannot be known what tests read: then it is
 * said why, and all run.
 */
export async function testsOfStep(
  context: StepContext,
  observing: Observing,
): Promise<KeptTests | undefined> {
  const { engine, step, log, scratch } = context;
  if (!keepsTests(context)) return undefined;
  const instead = (why: string): undefined => {
    const text = `the results of \`${step.derivation.name}\`'s tests are not kept: ${why}`;
    engine.emit({ type: "note", text });
    step.onNote(text);
  };
  if ("unobserved" in observing) return instead(observing.unobserved);
  const ownRunner = namedRunner(context);
  if (ownRunner !== undefined) return instead(`${ownRunner} names another runner for them`);
  const source = localFiles(context, {});
  if (!source) return instead("their source is made of several directories");
  const runner = await testRunnerFor(context);
  if (typeof runner !== "string") return instead(runner.unobserved);
  const tests = {
    ...{ store: engine.store, project: engine.project, step: step.derivation.name, emit: engine.emit },
    log: log.write,
    directory: `${scratch}/tests`,
    ...{ runner, source, rebuild: engine.rebuild },
    environment: environmentOf(context),
    written: writableSource(context) === undefined ? undefined : `${scratch}/source`,
    isLookedAt: isLookedAt(context),
    bring: engine.shared?.bring,
  };
  try {
    return await openKeptTests(tests);
  } catch (thrown) {
    const isRefused = thrown instanceof Error && "syscall" in thrown && thrown.syscall === "listen";
    if (!isRefused) throw thrown;
    return instead(`the store's file system has no sockets (${thrown.message})`);
  }
}

/** The platforms whose programs are started by Gantry's runner. */
export function testedPlatforms({ step }: Pick<StepContext, "step">): string[] {
  return [hostTriple(), ...platformsOf(step.derivation)];
}

/**
 * What names a runner for the tests: a variable, an argument, or a file of Cargo's settings. What it does with a program, and
 * what it reads for that, is its own affair.
 */
function namedRunner({ step, inputs }: StepContext): string | undefined {
  const { derivation } = step;
  const variable = Object.keys(derivation.env).find((name) => /^CARGO_TARGET_\w+_RUNNER$/.test(name));
  if (variable !== undefined) return `\`${variable}\``;
  const words = derivation.phases.flatMap((phase) =>
    phase.type === "run" && phase.keepsResults ? phase.argv : [],
  );
  const argument = words.find((word) => /\brunner\s*=/.test(word));
  if (argument !== undefined) return `\`${argument}\``;
  const textAt = (path: string) => inputs.textAt(posix.join(world.source, path));
  const isFile = (path: string) => textAt(path) !== undefined;
  const files = configTexts(findConfigFiles(derivation.workspace ?? ".", isFile), textAt);
  // What is wrong with a file, Cargo says.
  const read = parseCargoConfig(files.map(({ file, text }) => ({ file, shown: file, text })));
  const platforms = read.ok ? Object.entries(read.value.platforms) : [];
  const named = platforms.find(
    ([name, { runner }]) => runner && (name.startsWith("cfg(") || testedPlatforms({ step }).includes(name)),
  );
  return named && `\`[target.${named[0]}]\` of Cargo's settings`;
}

/** All that tests run in, beside what is observed of them. */
function environmentOf({ engine, step }: StepContext) {
  const seen: ReadonlySet<string> = new Set([world.source, world.vendor, world.cargoConfig]);
  const mounts = [...step.mounts].filter(([at]) => !seen.has(at));
  const contents = mounts.map(([at, inputs]) => [at, inputs.map(({ digest }) => digest)] as const);
  return digestOf(canonical([Object.fromEntries(contents), engine.sandbox.identity]));
}

/** Whether a hook comes after the tests, which may look at what they left. Gantry itself fetches nextest's report. */
function isLookedAt({ step }: StepContext): boolean {
  const { phases } = step.derivation;
  const at = phases.findIndex((phase) => phase.type === "run" && phase.keepsResults === true);
  return phases.slice(at + 1).some((phase) => phase.type === "run" && phase.name !== "report");
}
