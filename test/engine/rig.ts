import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { diagnostic } from "../../src/base/diagnostic.ts";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { Derivation, Input } from "../../src/derivation/model.ts";
import type { EngineEvent } from "../../src/engine/event.ts";
import type { ResolveInput } from "../../src/engine/inputs/resolvedInput.ts";
import { realiser } from "../../src/engine/step/realise.ts";
import type { Engine } from "../../src/engine/step/stepContext.ts";
import type { StepDecision } from "../../src/engine/why/journal.ts";
import type { Command, Exit, Sandbox, World } from "../../src/sandbox/sandbox.ts";
import { openStore } from "../../src/store/openStore.ts";
import type { Store } from "../../src/store/store.ts";
import { treeDigest } from "../../src/store/treeDigest.ts";
import { unitsInFlight } from "../../src/units/inFlight.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

/** What a fake command does: it sees its arguments, reads what is mounted, and writes to `/build/out`. */
export type FakeCommand = {
  readonly words: readonly string[];
  read(path: string): string;
  write(name: string, text: string): void;
  print(line: string): void;
  /** The same to standard output. */
  say(line: string): void;
  readonly signal: AbortSignal;
};

/** Returns the exit status. */
export type Behaviour = (command: FakeCommand) => number | Promise<number>;

/**
 * An engine over a real store and a sandbox that runs no process: commands are functions that the test gives.
 */
export type EngineRig = AsyncDisposable & {
  readonly store: Store;
  readonly events: EngineEvent[];
  /** What was decided about each step, as `gantry why` has it. */
  readonly decisions: StepDecision[];
  /** The first words of all commands that ran, in the order in which they began. */
  readonly ran: string[];
  /** The text of the one source file there is. */
  source: string;
  /** Whether what lies at the source's place is another one by now. */
  isReplaced: boolean;
  /** Whether nobody has a job to spare. */
  isBusy: boolean;
  /** What commands do, by their first word. */
  readonly commands: Record<string, Behaviour>;
  /** A new engine, as a new run of Gantry has. */
  realise(...derivations: readonly Derivation[]): Promise<readonly Result<string>[]>;
  /** As `realise`, with other settings. */
  realiseWith(
    settings: {
      readonly rebuild?: boolean;
      readonly signal?: AbortSignal;
      readonly project?: string;
      readonly repeatsWarnings?: boolean;
    },
    ...derivations: readonly Derivation[]
  ): Promise<readonly Result<string>[]>;
};

export function engineRig(commands: Record<string, Behaviour>): EngineRig {
  const root = mkdtempSync(join(tmpdir(), "gantry-engine-"));
  const store = valueOfResult(openStore(join(root, "store")));
  const rig: EngineRig = {
    store,
    events: [],
    decisions: [],
    ran: [],
    source: "first",
    isReplaced: false,
    isBusy: false,
    commands,
    realise: (...derivations) => rig.realiseWith({}, ...derivations),
    async realiseWith(settings, ...derivations) {
      const { rebuild = false, signal = new AbortController().signal, project = "/project" } = settings;
      const { repeatsWarnings } = settings;
      const realise = realiser(engineOf(rig, { rebuild, signal, project, repeatsWarnings }));
      const results = await Promise.all(derivations.map(realise));
      return results.map((each) => (each.ok ? outputText(store, each.value.result.output) : each));
    },
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
  return rig;
}

/**
 * A step that runs one command over the source, or over the outputs of other steps at `/in/0`, `/in/1`, ….
 */
export function step(name: string, ...of: readonly Derivation[]): Derivation {
  const source: Input = { type: "source", root: ".", filter: { kind: "everything" } };
  const inputs = of.map((input, index): [string, Input] => [`/in/${index}`, { type: "output", of: input }]);
  return {
    type: "derivation",
    name,
    phases: [{ type: "run", name: "run", argv: [name] }],
    env: {},
    mounts: of.length === 0 ? { "/in/0": source } : Object.fromEntries(inputs),
  };
}

function engineOf(
  rig: EngineRig,
  {
    rebuild,
    signal,
    project,
    repeatsWarnings,
  }: Pick<Engine, "rebuild" | "signal" | "project" | "repeatsWarnings">,
): Engine {
  const free = { [Symbol.dispose]() {} };
  return {
    store: rig.store,
    sandbox: fakeSandbox(rig),
    resolve: resolveSource(rig),
    jobserver: async () => ({
      ...{ jobs: 2, pipe: rig.store.root, ...free },
      sparePipe: () => undefined,
      acquire: async () => free,
      acquireAtOnce: () => (rig.isBusy ? undefined : free),
    }),
    emit: (event) => rig.events.push(event),
    signal,
    observesActs: false,
    ...{ rebuild, repeatsWarnings },
    inFlight: unitsInFlight(),
    warned: new Set(),
    nameOf: ({ name }) => name,
    project,
    configuration: undefined,
    filteredFile: async () => undefined,
    tellMissed: async () => ({ notes: [], missed: [] }),
    missedBy: async () => ({ notes: [], help: [] }),
    note: (decision) => void rig.decisions.push(decision),
  };
}

function resolveSource(rig: EngineRig): ResolveInput {
  return async (input) => {
    if (input.type !== "source") return err(diagnostic("input-missing", `there is no ${input.type}`));
    const files = [{ path: "text", type: "file", digest: digestOf(rig.source), executable: false }] as const;
    return ok({
      digest: treeDigest(files),
      isUnchanged: async () => !rig.isReplaced,
      async place() {
        const tree = await rig.store.compose(files, () => Buffer.from(rig.source));
        return tree.ok ? ok([{ below: "", directory: rig.store.tree(tree.value) ?? "" }]) : tree;
      },
    });
  };
}

function fakeSandbox(rig: EngineRig): Sandbox {
  return {
    level: "full",
    observes: false,
    identity: "fake",
    enter: (world) => ({
      run: async (command) => ok(await run(rig, world, command)),
      written(at) {
        const mount = world.mounts.find((each) => each.at === at);
        return mount && mount.kind !== "read-only" ? written(mount) : at;
      },
      locate: () => undefined,
    }),
  };
}

async function run(rig: EngineRig, world: World, command: Command): Promise<Exit> {
  const [name] = command.argv;
  rig.ran.push(name);
  const place = (path: string) => {
    const mount = world.mounts.find(({ at }) => path.startsWith(`${at}/`));
    if (!mount) throw new Error(`nothing is mounted at ${path}`);
    const directory = mount.kind === "read-only" ? mount.directories[0] : written(mount);
    return directory + path.slice(mount.at.length);
  };
  const status = await rig.commands[name]?.({
    words: command.argv,
    read: (path) => readFileSync(place(path), "utf8"),
    write(path, text) {
      const file = place(`/build/out/${path}`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    print: (line) => command.onLine("stderr", line),
    say: (line) => command.onLine("stdout", line),
    signal: command.signal,
  });
  return { status: status ?? 127, interrupted: command.signal.aborted };
}

function written(mount: Exclude<World["mounts"][number], { kind: "read-only" }>): string {
  return mount.kind === "writable" ? mount.directory : mount.upper;
}

/** Every command of these tests leaves one file. */
function outputText(store: Store, output: Digest): Result<string> {
  return ok(readFileSync(`${store.tree(output)}/text`, "utf8"));
}
