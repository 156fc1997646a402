import { chmodSync, copyFileSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { availableParallelism, cpus, release } from "node:os";
import { posix } from "node:path";
import { asDigest, canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import { world } from "../../derivation/world.ts";
import type { Observation, Task } from "../../sandbox/observation.ts";
import type { Mount, SandboxInstance } from "../../sandbox/sandbox.ts";
import type { Bring } from "../../store/kinds/sharing.ts";
import type { Store } from "../../store/store.ts";
import { digestFile, textOf } from "../../tree/files.ts";
import { type LocalFiles, localSource } from "../../units/key/localSource.ts";
import type { ObservedBuild } from "../../units/layout/observedUnits.ts";
import type { Emit } from "../event.ts";
import { processorAsInput } from "../inputs/host.ts";
import { nameInProject, type TestDecision } from "../why/journal.ts";
import { type AskedTest, type EndedTest, message, printedFirst } from "./protocol.ts";
import { type Answer, listenToRunners, runUnkept } from "./runnerSocket.ts";
import { digestNow, type Meetings, meetingsOf, type Now, readsOfTest, type TestRead } from "./testReads.ts";
import {
  bringResult,
  findResult,
  keepResult,
  type LastTest,
  reasonToRun,
  type Show,
  testId,
} from "./testRecords.ts";

/**
 * This folder keeps the results of test programs. A runner (`sandbox/testRunner/`) starts them in the place of Cargo and
 * nextest, and asks first (`protocol.ts`). What a test read is what was observed of it (`testReads.ts`); what is remembered of
 * it, `testRecords.ts` says.
 *
 * The tests of one step that runs:
 */
export type KeptTests = AsyncDisposable & {
  /** Has to be in the world of the commands. */
  readonly mount: Mount;
  /** Told the world, before a command runs in it. */
  readonly enter: (instance: SandboxInstance) => void;
  /** Told of a command with `keepsResults` that ended. */
  readonly ended: (observation: Observation, succeeded: boolean) => Promise<void>;
  /** Keeps the results of those that passed. To be called while what they read is still there. */
  readonly keep: (changes: Changes) => void;
  /** What was decided of each, in order. */
  readonly decisions: readonly TestDecision[];
};

type Changes = Pick<ObservedBuild, "remains" | "locate" | "changed">;

type TestingStep = {
  readonly store: Pick<Store, "records">;
  /** The project, and the step by its name. */
  readonly project: string;
  readonly step: string;
  readonly emit: Emit;
  /** Writes a line to the step's log. */
  readonly log: (line: string) => void;
  /** A directory of the store's own, for what the runner needs. */
  readonly directory: string;
  /** The host's path of the runner. */
  readonly runner: string;
  /** All that tests run in beside the source and the crates. */
  readonly environment: Digest;
  readonly source: LocalFiles;
  /** Where the host has what was written over the source; undefined: nobody can write there. */
  readonly written: string | undefined;
  /** See `Around`. */
  readonly isLookedAt: boolean;
  /** Every test is to run again. */
  readonly rebuild: boolean;
  /** Asked before a test runs. Default: no other machine is. */
  readonly bring?: Bring | undefined;
};

/** A test that runs, or has run. */
type Running = {
  /** The name of its task. */
  readonly task: string;
  readonly asked: AskedTest;
  readonly id: Digest;
  /** See `namesOf`. */
  readonly name: string;
  readonly now: LastTest;
  /** What its runner said when it had ended. */
  readonly ended?: EndedTest;
  /** What was seen of the command that it belonged to, and of itself. */
  readonly observation?: Observation;
  readonly seen?: Task;
};

/** How Cargo and nextest are told of the runner. What the command line configures goes before variables and files. */
export function runnerSettings(platforms: readonly string[]): string[] {
  return platforms.map((platform) => `target.'${platform}'.runner="${world.tests}/run"`);
}

/**
 * Begins to listen for the runner.
 *
 * @throws what the system throws where no socket can be made
 */
export async function openKeptTests(step: TestingStep): Promise<KeptTests> {
  const { store, directory } = step;
  const { records } = store;
  mkdirSync(directory);
  copyFileSync(step.runner, `${directory}/run`);
  chmodSync(`${directory}/run`, 0o755);
  const recordName = nameInProject(step);
  const before = records.get("last-tests", recordName) ?? {};
  const last: Record<string, LastTest> = {};
  const running: Running[] = [];
  const decisions: TestDecision[] = [];
  const source = localSource({ ...step.source, variables: {} }, new Set());
  const digestOf = rememberedDigests();
  const thisMachine = machineOf(textOf("/proc/cpuinfo") ?? "");
  let instance: SandboxInstance | undefined;
  let isWhole = true;

  const locate = (path: string): string | undefined => instance?.locate(path);
  const shows = (there: ReadonlySet<string>, isTouched: Now["isTouched"]) => (read: TestRead) =>
    digestNow(read, { source, there, locate, isTouched, digestOf });

  const decide = (decision: TestDecision): void => {
    const { test: name, reason } = decision;
    decisions.push(decision);
    const status = reason === undefined ? "kept" : "run";
    step.emit({ type: "test", step: step.step, name, status, ...(reason !== undefined && { reason }) });
  };

  /** By program: for how many tests of it other machines were asked in vain, since one was answered. */
  const vain = new Map<Digest, number>();
  /** What other machines know counts, but nextest has thousands of tests: who knows nothing of some knows nothing of the rest. */
  const brought = async (program: Digest, id: Digest, show: Show) => {
    const misses = vain.get(program) ?? 0;
    if (!step.bring || misses >= mostInVain) return undefined;
    vain.set(program, misses + 1);
    await bringResult(records, id, { show, bring: step.bring });
    const found = findResult(records, id, show);
    if (found) vain.set(program, 0);
    return found;
  };

  const answer = async (asked: AskedTest): Promise<Answer> => {
    const program = programDigest(asked, locate, digestOf);
    // Of what is tried again, or again and again, nobody wants the result of another time.
    if (program === undefined || isRepeated(asked.env)) return runUnkept;
    const around = digestOfData([...aroundOf(asked), step.environment, thisMachine]);
    const id = testId({ program, around });
    const { name, test, kind } = namesOf(asked);
    const now: LastTest = { program, around };
    const show = shows(asked.there, touched(step.written));
    const found = step.rebuild
      ? undefined
      : (findResult(records, id, show) ?? (await brought(program, id, show)));
    if (found) {
      last[name] = { ...now, result: found.key };
      decide({ test, kind });
      const output = Buffer.from(found.result.output, "base64");
      if (kind === "program") return { bytes: message("k", printedFirst(`        ${keptLine}`, output)) };
      step.log(`        Kept result of ${test}: ${unchanged}`);
      return { bytes: message("k", output) };
    }
    const reason = step.rebuild
      ? "`--rebuild` was asked for"
      : reasonToRun(records, { before: before[name], now, show });
    decide({ test, kind, reason });
    last[name] = { ...now, unkept: "it did not come to its end" };
    const runs: Running = { task: `gantry-test-${running.length}`, asked, id, name, now };
    running.push(runs);
    return { bytes: message("r", runs.task), ended: (ended) => Object.assign(runs, { ended }) };
  };
  const socket = await listenToRunners(directory, answer);

  /** The key of the result of a test that ended, or why it is not kept. */
  const keepOne = (test: Running, meetings: Meetings, changes: Changes): Digest | string => {
    const { ended, seen, asked, id } = test;
    const obstacle = obstacleTo(test);
    if (obstacle !== undefined || !ended || !seen) return obstacle ?? unseen;
    const { there } = asked;
    const found = readsOfTest(seen, { ...meetings, source, there, changes, isLookedAt: step.isLookedAt });
    if ("obstacle" in found) return found.obstacle;
    const show = shows(there, (path) => changes.changed.has(`${world.source}/${path}`));
    const key = keepResult(records, id, { reads: found.reads, output: ended.output, show });
    return key ?? "what it read changed while the tests ran";
  };

  return {
    mount: { at: world.tests, kind: "read-only", directories: [directory] },
    enter: (entered) => {
      instance = entered;
    },
    decisions,
    async ended(observation, succeeded) {
      isWhole &&= succeeded;
      await socket.quiet();
      const tasks = Map.groupBy(observation.tasks, nameOfTask);
      for (const each of running.filter((one) => one.observation === undefined)) {
        const [task, ...others] = tasks.get(each.task) ?? [];
        Object.assign(each, { observation, ...(task && others.length === 0 && { seen: task }) });
      }
    },
    keep(changes) {
      for (const [observation, tests] of Map.groupBy(running, (each) => each.observation)) {
        if (!observation) continue;
        const meetings = meetingsOf(observation, new Set(observation.tasks.filter(isTest)));
        for (const test of tests) {
          const kept = keepOne(test, meetings, changes);
          const key = asDigest(kept);
          last[test.name] = { ...test.now, ...(key === undefined ? { unkept: kept } : { result: key }) };
        }
      }
      records.set("last-tests", recordName, isWhole ? last : { ...before, ...last });
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

const mostInVain = 4;

function digestOfData(data: Data): Digest {
  return digestOf(canonical(data));
}

/** The digests of files of the host, of which many tests ask. */
function rememberedDigests(): Now["digestOf"] {
  const digests = new Map<string, Digest>();
  return (file, { ino, size, mtimeMs, ctimeMs }) => {
    const name = [file, ino, size, mtimeMs, ctimeMs].join();
    const digest = digests.get(name) ?? digestFile(file, size);
    digests.set(name, digest);
    return digest;
  };
}

const unchanged = "nothing that it is made from or read changed";
const keptLine = `Kept result: ${unchanged}`;
const unseen = "none of its processes was seen";

/** The content of the program that a runner names; undefined where it is none that Cargo compiled. */
function programDigest(
  { argv: [program = ""] }: AskedTest,
  locate: ObservedBuild["locate"],
  digestOf: Now["digestOf"],
): Digest | undefined {
  if (!program.startsWith(`${world.targetDirectory}/`) || program !== posix.normalize(program))
    return undefined;
  const file = locate(program);
  const stat = file === undefined ? undefined : lstatSync(file, { throwIfNoEntry: false });
  return file !== undefined && stat?.isFile() ? digestOf(file, stat) : undefined;
}

function obstacleTo({ asked, seen, ended }: Running): string | undefined {
  if (!ended) return "it did not come to its end";
  if (!ended.passed) return "it failed";
  if (ended.isLong) return "it printed more than a megabyte";
  if (ended.outlived) return "something that it started outlived it";
  if (!seen) return unseen;
  const [, , , ...argv] = seen.argv;
  // What the system saw decides, and not what the runner said.
  const isSame =
    isTest(seen) &&
    seen.cwd === asked.cwd &&
    argv.join("\0") === asked.argv.join("\0") &&
    canonical(seen.env) === canonical(asked.env);
  return isSame ? undefined : "it was started otherwise than was asked";
}

function isTest({ program }: Task): boolean {
  return program === `${world.tests}/run`;
}

function nameOfTask(task: Task): string {
  return isTest(task) ? (task.argv[2] ?? "") : "";
}

/** Where a test is started, how, and with which variables: those that differ from run to run tell a test nothing to go by. */
function aroundOf({ cwd, isMerged, argv, env }: AskedTest) {
  const names = Object.keys(env).filter((name) => !changing.test(name));
  return [cwd, isMerged, argv, Object.fromEntries(names.map((name) => [name, env[name] ?? ""]))] as const;
}

/** Of nextest 0.9.151: the name of a run and of an attempt, and which of the places for tests is taken. The number of jobs. */
const changing =
  /^(NEXTEST_(RUN_ID|ATTEMPT_ID|TEST_GLOBAL_SLOT|TEST_GROUP_SLOT)|CARGO_BUILD_JOBS|CARGO_MAKEFLAGS|MAKEFLAGS|NUM_JOBS)$/;

/**
 * What tests can ask of the machine that no file of the source tells: which processors, how many there are and may be used, and the
 * kernel. Processors of one name may differ in what they can do, and those of ARM have no name.
 *
 * @param processors see `processorAsInput`
 */
export function machineOf(processors: string) {
  return [processorAsInput(processors).digest, cpus().length, availableParallelism(), release()];
}

function isRepeated(env: AskedTest["env"]): boolean {
  return (env.NEXTEST_ATTEMPT ?? "1") !== "1" || (env.NEXTEST_STRESS_CURRENT ?? "none") !== "none";
}

/** What tells a test from the others of its step, and what people call it: nextest runs a program for each test in it. */
function namesOf({ argv: [program = "", ...words], env }: AskedTest): Omit<TestDecision, "reason"> & {
  readonly name: string;
} {
  const base = posix.basename(program);
  const stem = base.replace(/-[0-9a-f]{16}$/, "");
  const { NEXTEST_BINARY_ID: binary = stem, NEXTEST_TEST_NAME: named, CARGO_PKG_NAME: package_ = stem } = env;
  if (env.NEXTEST === "1") {
    const test = `${binary} ${named ?? words.find((word) => !word.startsWith("-")) ?? ""}`;
    return { name: test, test, kind: "test" };
  }
  const isNamedAlike = [package_, package_.replaceAll("-", "_")].includes(stem);
  const test = isNamedAlike ? stem : `${stem} of ${package_}`;
  return { name: `${package_} ${base}`, test, kind: "program" };
}

/**
 * Whether something was written at a path of the source, or somewhere around it, since the step began. A directory in the
 * layer over the source may hide what is below it, which its files do not tell.
 *
 * @param written the host's directory with that layer
 */
function touched(written: string | undefined): Now["isTouched"] {
  if (written === undefined || readdirSync(written).length === 0) return () => false;
  return (path) => {
    const place = posix.normalize(path === "" ? "." : path);
    if (place.startsWith("../") || place === ".") return true;
    const [first = ""] = place.split("/");
    return lstatSync(`${written}/${first}`, { throwIfNoEntry: false }) !== undefined;
  };
}
