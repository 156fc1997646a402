import { posix } from "node:path";
import { type Digest, digestOf } from "../base/digest.ts";
import { unreachable } from "../base/narrowing.ts";
import type { ImagePhase } from "./image.ts";
import {
  type Derivation,
  type Filter,
  type Input,
  type LockFile,
  type Run,
  type Source,
  stepOfTree,
  type WhatIsVendored,
} from "./model.ts";
import { world } from "./world.ts";

/** The steps of a project as plain data, each after those that it needs. */
export type StepGraph = {
  /** From the name of an output (`packages.default`) to its step. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepNode[];
};

export type StepNode = {
  /** Its name; where several have it, with a number: `app-deps`, `app-deps#2`. */
  readonly id: string;
  readonly name: string;
  /** The step whose units it starts with. */
  readonly layer?: string;
  readonly inputs: readonly InputNode[];
  /** Its commands, each as one line. */
  readonly commands: readonly string[];
};

type InputNode = {
  /** Where it is mounted; of several at one path, the first hides the later ones. */
  readonly at: string;
  /** In a few words. */
  readonly input: string;
  /** The step that it is the output of, or has the output of in it. */
  readonly step?: string;
};

/**
 * The graph of the steps behind some outputs.
 *
 * @example
 * stepGraph({ "packages.default": app }).steps.map((step) => step.id) // ["app-deps", "app"]
 */
export function stepGraph(outputs: Readonly<Record<string, Derivation>>): StepGraph {
  const { steps, idOf } = stepsApart(Object.values(outputs));
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, step]) => [name, idOf(step)])),
    steps: steps.map((step) => nodeOf(step, idOf)),
  };
}

/**
 * The steps behind some outputs, as `walkSteps` gives them, and what tells them apart: see `StepNode.id`. Of a step that is
 * not behind them it is the name.
 */
export function stepsApart(roots: readonly Derivation[]): {
  readonly steps: readonly Derivation[];
  readonly idOf: (step: Derivation) => string;
} {
  const steps = walkSteps(roots);
  const firstLike = firstsAlike();
  const ids = new Map<Derivation, string>();
  const used = new Map<string, number>();
  for (const step of steps) {
    const count = (used.get(step.name) ?? 0) + 1;
    used.set(step.name, count);
    ids.set(firstLike(step), count === 1 ? step.name : `${step.name}#${count}`);
  }
  return { steps, idOf: (step) => ids.get(firstLike(step)) ?? step.name };
}

/** What the graph's node of a step needs, by id. */
export function needsOf(node: StepNode): readonly string[] {
  return [
    ...(node.layer === undefined ? [] : [node.layer]),
    ...node.inputs.flatMap(({ step }) => step ?? []),
  ];
}

function nodeOf(step: Derivation, idOf: (step: Derivation) => string): StepNode {
  const layer = step.targetDirectory?.layer;
  return {
    id: idOf(step),
    name: step.name,
    ...(layer && { layer: idOf(layer) }),
    inputs: Object.entries(step.mounts).flatMap(([at, mounted]) =>
      inputsAt(mounted).flatMap((input) => inputNodes(at, input, idOf)),
    ),
    commands: step.phases.flatMap((phase) => (phase.type === "run" ? [phase.argv.join(" ")] : [])),
  };
}

/** The crates of a lock are one input, and each step that made one of them is another. */
function inputNodes(at: string, input: Input, idOf: (step: Derivation) => string): InputNode[] {
  const node = { at, input: describeInput(input) };
  const steps = stepsOfInput(input).map((step) => ({
    at,
    input: `the output of ${step.name}`,
    step: idOf(step),
  }));
  if (input.type === "vendor") return [node, ...steps];
  return [{ ...node, ...(steps[0] && { step: steps[0].step }) }];
}

/**
 * Some steps and all that they need, each once and after those that it needs. Steps that are described alike are
 * one.
 *
 * @example
 * walkSteps([app, clippy]).map((step) => step.name) // ["app-deps", "app", "app-clippy-deps", "app-clippy"]
 */
export function walkSteps(roots: readonly Derivation[]): readonly Derivation[] {
  const firstLike = firstsAlike();
  const ordered = new Set<Derivation>();
  const visit = (derivation: Derivation): void => {
    const step = firstLike(derivation);
    if (ordered.has(step)) return;
    for (const dependency of dependenciesOf(step)) visit(dependency);
    ordered.add(step);
  };
  for (const root of roots) visit(root);
  return [...ordered];
}

/**
 * Tells which steps are described alike: it gives the first of them for each. Two dependency layers of one
 * project are often described twice, by the package and by a check.
 */
function firstsAlike(): (derivation: Derivation) => Derivation {
  const firsts = new Map<Digest, Derivation>();
  const digests = new Map<Derivation, Digest>();
  const digestOfStep = (derivation: Derivation): Digest => {
    const known = digests.get(derivation);
    if (known !== undefined) return known;
    const digest = digestOf(
      JSON.stringify(derivation, (key, value: unknown) => plain(key, value, derivation)),
    );
    digests.set(derivation, digest);
    return digest;
  };
  const plain = (key: string, value: unknown, of: Derivation): unknown => {
    // What a layer can be narrowed to follows from its data.
    if (typeof value === "function") return key === "narrowedTo" ? undefined : functionNumber(value);
    return value === of || !isDerivation(value) ? value : digestOfStep(value);
  };
  return (derivation) => {
    const digest = digestOfStep(derivation);
    const first = firsts.get(digest) ?? derivation;
    firsts.set(digest, first);
    return first;
  };
}

/**
 * Data as text by which this process tells it apart. Functions in it, which a filter may be, go by which they are: two of
 * the same text keep other files where what they close over differs.
 */
export function textOfData(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "function" ? functionNumber(value) : value,
  );
}

function functionNumber(of: object): string {
  const number = functionNumbers.get(of) ?? ++functionCount;
  functionNumbers.set(of, number);
  return `function ${number}`;
}

const functionNumbers = new WeakMap<object, number>();
let functionCount = 0;

function isDerivation(value: unknown): value is Derivation {
  return typeof value === "object" && value !== null && "type" in value && value.type === "derivation";
}

/** What a step has at one mount, as a list. */
function inputsAt(mounted: Input | readonly Input[]): readonly Input[] {
  return "type" in mounted ? [mounted] : mounted;
}

/** All that a step can see, but for its layer. */
export function inputsOf(derivation: Derivation): readonly Input[] {
  return Object.values(derivation.mounts).flatMap(inputsAt);
}

/** The steps whose outputs an input consists of. */
function stepsOfInput(input: Input): readonly Derivation[] {
  switch (input.type) {
    case "script-policy":
      return stepsOfInput(input.of);
    case "vendor":
      return (input.changes ?? []).flatMap(({ to }) => stepOfTree(to) ?? []);
    case "output":
    case "patched":
      return [stepOfTree(input)].filter((step) => step !== undefined);
    case "advisory-database":
      return [stepOfTree(input.of)].filter((step) => step !== undefined);
    case "source":
    case "dummy-source":
    case "outline":
    case "selected-files":
    case "cooldown":
    case "vendor-config":
    case "cargo-home":
    case "native":
    case "tool":
    case "git":
    case "crate":
    case "toolchain":
    case "base-system":
    case "processor":
    case "base-image":
    case "files":
      return [];
    default:
      return unreachable(input);
  }
}

/** The steps that have to be realised before a step: its layer, and those whose outputs it sees. */
function dependenciesOf(derivation: Derivation): readonly Derivation[] {
  const layer = derivation.targetDirectory?.layer;
  return [...(layer ? [layer] : []), ...inputsOf(derivation).flatMap(stepsOfInput)];
}

/**
 * The words of the command that a run is about, as a person would type it: a shell that prepares something and then becomes
 * it is nobody's concern, nor in which form Cargo says what happens.
 *
 * @example
 * commandOf({ type: "run", name: "deny", argv: ["/bin/sh", "-euc", 'mkdir x; exec "$@"', "sh", "cargo", "deny"] }) // ["cargo", "deny"]
 */
export function commandOf({ argv }: Run): readonly string[] {
  const [program = "", , script = ""] = argv;
  const words = /(?:^|\/)sh$/.test(program) && script.endsWith('exec "$@"') ? argv.slice(4) : argv;
  const format = words.indexOf("--message-format");
  return format === -1 ? words : words.toSpliced(format, 2);
}

/** What a step assembles; undefined for one that assembles no image. */
export function imageOf({ phases }: Derivation): ImagePhase | undefined {
  return phases.find((phase) => phase.type === "image");
}

/**
 * One input in a few words.
 *
 * @example
 * describeInput({ type: "output", of: app }) // "the output of app"
 */
export function describeInput(input: Input): string {
  switch (input.type) {
    case "source":
      return `source ${input.root}`;
    case "dummy-source":
      return `manifests of ${input.of.root}`;
    case "outline":
      return `${input.for === "audit" ? "lock" : "lock, manifests and licences"} of ${input.of.root}`;
    case "selected-files":
      return `files of ${input.of.root} that a hook is for`;
    case "advisory-database":
      return `advisories of ${describeInput(input.of)}`;
    case "cooldown":
      return `ages of the crates of ${lockOf(input.of)}`;
    case "script-policy":
      return `what ${input.ledger} has of the ${describeInput(input.of)}`;
    case "vendor":
      return `${input.changes?.length ? "changed " : ""}crates of ${locksOf(input)}`;
    case "vendor-config":
      return `vendor configuration of ${locksOf(input)}`;
    case "cargo-home":
      return `Cargo's home with the crates of ${locksOf(input)}`;
    case "git":
      return `git ${input.name} ${input.rev.slice(0, 12)}`;
    case "crate":
      return `crate ${input.name} ${input.version}`;
    case "patched":
      return `${describeInput(input.of)} with ${input.patches.join(", ")}`;
    case "native":
      return input.name;
    case "tool":
      return `${input.crate} ${input.version ?? "as gantry.lock pins it"}`;
    case "output":
      return `the output of ${input.of.name}`;
    case "toolchain":
      return `toolchain ${input.request.channel ?? "of the project"}`;
    case "base-system":
      return "base system";
    case "processor":
      return "the processor that it compiles for";
    case "base-image":
      return `image ${"path" in input ? input.path : input.repository} ${input.digest.slice(7, 19)}`;
    case "files":
      return `files ${Object.keys(input.files).join(", ")}`;
    default:
      return unreachable(input);
  }
}

function locksOf({ of, locks }: WhatIsVendored): string {
  return locks === undefined ? lockOf(of) : locks.map(lockName).join(", ");
}

function lockOf(source: Source): string {
  return lockName(lockFileOf(source));
}

function lockName(lock: LockFile): string {
  if ("toolchain" in lock) return "the standard library";
  return "path" in lock ? posix.normalize(lock.path) : "a lock";
}

/** Which files a filter keeps, in words: `what cargo reads, and migrations/**`. */
export function describeFilter(filter: Filter): string {
  switch (filter.kind) {
    case "everything":
      return "all that git does not ignore";
    case "cargo":
      return "what cargo reads";
    case "automatic":
      return "all but what no build reads";
    case "globs":
      return filter.patterns.join(", ");
    case "where":
      return "what a function keeps";
    case "union":
      return filter.of.length === 0 ? "nothing" : filter.of.map(describeFilter).join(", and ");
    case "intersection":
      return filter.of.length === 0
        ? "everything"
        : filter.of.map((each) => `(${describeFilter(each)})`).join(" if also ");
    case "difference":
      return `(${describeFilter(filter.of)}) without (${describeFilter(filter.without)})`;
    default:
      return unreachable(filter);
  }
}

/** What says where in a source Cargo's workspace lies. Default: at its root. */
type WorkspacePlace = Pick<Source, "workspace">;

/**
 * The path, relative to the source's root, of a file of its workspace.
 *
 * @example
 * inWorkspace({ workspace: "rust" }, "Cargo.lock") // "rust/Cargo.lock"
 */
export function inWorkspace({ workspace }: WorkspacePlace, path: string): string {
  return posix.join(workspace ?? "", path);
}

/**
 * Where the commands of a step run.
 *
 * @example
 * workingDirectory({ workspace: "rust" }) // "/build/source/rust"
 */
export function workingDirectory({ workspace }: WorkspacePlace): string {
  return posix.join(world.source, workspace ?? "");
}

/** The lock that a source has: its own, or the one that takes its place. */
export function lockFileOf(source: Source): LockFile {
  return source.cargoLock ?? { path: `${source.root}/${inWorkspace(source, "Cargo.lock")}` };
}
