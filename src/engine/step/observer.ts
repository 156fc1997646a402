import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { world } from "../../derivation/world.ts";
import { tellingOfWait } from "../../fetch/progress.ts";
import { observerSource, type ProgramSource, testRunnerSource } from "../../sandbox/observerSource.ts";
import type { Mount } from "../../sandbox/sandbox.ts";
import type { StepContext } from "./stepContext.ts";

/** How the commands of a step are observed: by a program of the host, or not, and why not, in words for a user. */
export type Observing = { readonly observer: string } | { readonly unobserved: string };

/**
 * The program that observes commands, compiled by the toolchain of the step that wants it first: whichever that is, the program
 * does the same. A build goes on without it where it cannot be had.
 */
export async function observerFor(context: Observed): Promise<Observing> {
  const program = await programFor(context, {
    source: observerSource,
    name: "observe",
    what: "observer of what builds read",
  });
  return typeof program === "string" ? { observer: program } : program;
}

/**
 * The host's path of the program that starts tests whose results are kept, compiled likewise; or why there is none. It is
 * wanted only where commands are observed.
 */
export function testRunnerFor(context: Observed): Promise<string | Unobserved> {
  return programFor(context, { source: testRunnerSource(), name: "run", what: "runner of tests" });
}

type Program = {
  readonly source: ProgramSource;
  /** Of the program, and of the file that it is compiled from. */
  readonly name: string;
  /** For people. */
  readonly what: string;
};

async function programFor(context: Observed, program: Program): Promise<string | Unobserved> {
  const { store, sandbox, signal, emit } = context.engine;
  if (!sandbox.observes) return { unobserved: `the level \`${sandbox.level}\` does not observe` };
  const mounts = compilerMounts(context);
  if (!mounts) return { unobserved: "the step has no toolchain to compile with what observes it" };
  const key = digestOf(canonical([program.source.digest, mounts.system]));
  const known = store.records.get("observer", key);
  if (known) return `${store.pathOf(known)}/${program.name}`;
  await using _alone = await store.exclusive(
    `observer ${key}`,
    signal,
    tellingOfWait(emit, `the ${program.what}`),
  );
  const tree = store.records.get("observer", key) ?? (await announced(context, program, mounts.mounts));
  if (typeof tree !== "string") return tree;
  store.records.set("observer", key, tree);
  return `${store.pathOf(tree)}/${program.name}`;
}

/** What is used of a step that runs. */
type Observed = Pick<StepContext, "scratch"> & {
  readonly engine: Pick<StepContext["engine"], "store" | "sandbox" | "signal" | "emit">;
  readonly step: Pick<StepContext["step"], "mounts">;
  readonly inputs: Pick<StepContext["inputs"], "mounts">;
};

type Unobserved = Extract<Observing, { readonly unobserved: string }>;

/** What a compiler needs of the step's world: the toolchain, and the base system without the packages over it. */
function compilerMounts({
  inputs,
  step,
}: Observed): { readonly mounts: readonly Mount[]; readonly system: Digest } | undefined {
  const system = step.mounts.get(world.system)?.at(-1);
  const usr = inputs.mounts.find(({ at }) => at === world.system);
  const base = usr?.kind === "read-only" ? usr.directories.at(-1) : undefined;
  if (!system || base === undefined) return undefined;
  const parts = inputs.mounts.filter(({ at }) => `${at}/`.startsWith(`${world.toolchain}/`));
  if (parts.length === 0) return undefined;
  return {
    mounts: [...parts, { at: world.system, kind: "read-only", directories: [base] }],
    system: system.digest,
  };
}

/** It takes seconds, and all wait for it. */
async function announced(
  context: Observed,
  program: Program,
  mounts: readonly Mount[],
): Promise<Digest | Unobserved> {
  const { emit } = context.engine;
  const about = {
    type: "progress",
    what: "compile",
    name: program.what,
    total: 1,
  } as const;
  emit({ ...about, done: 0 });
  const compiled = await compile(context, program, mounts);
  emit({ ...about, done: 1 });
  return compiled;
}

async function compile(
  { engine, scratch }: Observed,
  { source: of, name, what }: Program,
  mounts: readonly Mount[],
): Promise<Digest | Unobserved> {
  const directory = `${scratch}/${name}`;
  const [source, out] = [`${directory}/source`, `${directory}/out`];
  for (const each of [directory, source, out, `${directory}/sandbox`]) mkdirSync(each);
  for (const file of readdirSync(of.directory)) copyFileSync(`${of.directory}/${file}`, `${source}/${file}`);
  const said: string[] = [];
  const all: readonly Mount[] = [
    { at: world.out, kind: "writable", directory: out },
    { at: world.source, kind: "read-only", directories: [source] },
    ...mounts,
  ];
  const instance = engine.sandbox.enter(
    { mounts: all, scratch: [world.temporary, world.home] },
    `${directory}/sandbox`,
  );
  const exit = await instance.run({
    argv: ["rustc", ...options, "-o", `${world.out}/${name}`, `${world.source}/${name}.rs`],
    cwd: world.source,
    env: { HOME: world.home, LC_ALL: "C.UTF-8", PATH: `${world.toolchain}/bin:${world.system}/bin` },
    onLine: (_, line) => void said.push(line),
    signal: engine.signal,
  });
  if (exit.ok && exit.value.status === 0 && existsSync(`${out}/${name}`)) {
    return engine.store.addTree(out);
  }
  const problem = exit.ok ? said.find((line) => line.startsWith("error")) : exit.error.message;
  return { unobserved: `the ${what} could not be compiled: ${problem ?? "rustc failed"}` };
}

/** Half of the time of `-O`; the program waits for the system most of the time. */
const options = ["--edition", "2021", "-C", "opt-level=1", "-C", "panic=abort", "-C", "strip=symbols"];
