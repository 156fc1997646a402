import { canonical } from "../base/canonical.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { ok, type Result } from "../base/result.ts";
import { describeFilter } from "../derivation/describe.ts";
import { inputsOf, walkSteps } from "../derivation/graph.ts";
import type { Derivation, Input, Source } from "../derivation/model.ts";
import type { Emit } from "../engine/event.ts";
import { nativeContext, toolchainFor } from "../engine/inputs/host.ts";
import { provideNative } from "../fetch/native/provideNative.ts";
import type { CommandOutcome } from "./command.ts";
import { formatColumns } from "./format.ts";
import { type Described, offeredOutputs, type ProjectOptions, withProject } from "./project.ts";

/** `gantry show`: what the project offers, and what it is built from on this machine. Builds nothing. */
export function show(options: ProjectOptions & ShowOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  return withProject(options, emit, async (described) => {
    const facts = await projectFacts(described);
    return ok({ stdout: options.format === "json" ? JSON.stringify(facts, undefined, 2) : factsText(facts) });
  });
}

/** `gantry show`. */
export type ShowOptions = {
  readonly format: "text" | "json";
};

/** The facts of a project as a person reads them, in one block for each kind. */
export function factsText(facts: ProjectFacts): string {
  const project: [string, string][] = [
    ["project", facts.root],
    ["configuration", facts.configuration ?? "none: what any Cargo project offers"],
    ...facts.sources.map(({ root, keeps }): [string, string] => ["source", `${root}: ${keeps}`]),
    ...facts.toolchains.map((found): [string, string] => ["toolchain", toolchainText(found)]),
    ...facts.native.map((found): [string, string] => ["native", `${found.name}: ${nativeText(found)}`]),
  ];
  const blocks = [
    formatColumns(project),
    outputLines("packages", facts.packages),
    outputLines("checks", facts.checks),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function outputLines(title: string, outputs: readonly OutputFacts[]): string[] {
  if (outputs.length === 0) return [];
  const rows = outputs.map(({ name, step, layer }) => [name, step, layer === undefined ? "" : `on ${layer}`]);
  return [title, ...formatColumns(rows).map((line) => `  ${line}`)];
}

function toolchainText(found: ProjectFacts["toolchains"][number]): string {
  return isMissing(found) ? found.missing : `${found.version}, ${found.directory}`;
}

function nativeText(found: NativeFacts): string {
  if (isMissing(found)) return found.missing;
  return [found.provider, ...(found.version === undefined ? [] : [found.version])].join(" ");
}

function isMissing(found: object): found is Missing {
  return "missing" in found;
}

/** What a project offers and what it is built from, as plain data. */
export type ProjectFacts = {
  readonly root: string;
  /** `gantry.config.ts`, where there is one. */
  readonly configuration?: string;
  readonly packages: readonly OutputFacts[];
  readonly checks: readonly OutputFacts[];
  readonly sources: readonly { readonly root: string; readonly keeps: string }[];
  readonly toolchains: readonly (Missing | { readonly version: string; readonly directory: string })[];
  readonly native: readonly NativeFacts[];
};

export type OutputFacts = {
  readonly name: string;
  readonly step: string;
  /** The step of its dependency layer. */
  readonly layer?: string;
};

export type NativeFacts = { readonly name: string } & (
  | Missing
  | { readonly provider: string; readonly version?: string }
);

/** Why something that is asked for is not to be had on this machine, in one line. */
export type Missing = { readonly missing: string };

/** Reads what the steps of a project ask for, and finds out what of it this machine has. Builds nothing. */
export async function projectFacts({ inputs, offered }: Described): Promise<ProjectFacts> {
  const { packages, checks = {} } = offered;
  const { root, configuration } = inputs.project;
  const steps = walkSteps(Object.values(offeredOutputs(offered)));
  const all = steps.flatMap(inputsOf);
  const requests = unique(
    all.flatMap((input) => (input.type === "toolchain" ? [input.request] : [])),
    canonicalText,
  );
  const natives = unique(
    all.flatMap((input) => (input.type === "native" ? [input] : [])),
    ({ name }) => name,
  );
  const toolchains = requests.map(async (request) => {
    const found = await toolchainFor(inputs, request);
    return orMissing(found, ({ version, directory }) => ({ version, directory }));
  });
  const native = natives.map(async (wanted) => {
    const found = await provideNative(wanted, nativeContext(inputs));
    const tree = orMissing(found, ({ provider, version }) => ({
      provider,
      ...(version !== undefined && { version }),
    }));
    return { name: wanted.name, ...tree };
  });
  return {
    root,
    ...(configuration !== undefined && { configuration }),
    packages: outputsOf(packages),
    checks: outputsOf(checks),
    sources: sourcesOf(all),
    toolchains: await Promise.all(toolchains),
    native: await Promise.all(native),
  };
}

function outputsOf(offered: Readonly<Record<string, Derivation>>): OutputFacts[] {
  return Object.entries(offered).map(([name, { name: step, targetDirectory }]) => ({
    name,
    step,
    ...(targetDirectory?.layer && { layer: targetDirectory.layer.name }),
  }));
}

function sourcesOf(inputs: readonly Input[]): { root: string; keeps: string }[] {
  const sources = inputs.flatMap((input): Source[] => (input.type === "source" ? [input] : []));
  const described = sources.map(({ root, filter }) => ({ root, keeps: describeFilter(filter) }));
  return unique(described, ({ root, keeps }) => `${root}\n${keeps}`);
}

function orMissing<T, U>(found: Result<T, Diagnostic>, use: (value: T) => U): U | Missing {
  return found.ok ? use(found.value) : { missing: found.error.message };
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function canonicalText(value: {
  readonly channel?: string;
  readonly components: readonly string[];
  readonly targets: readonly string[];
}): string {
  return canonical({ channel: value.channel ?? null, components: value.components, targets: value.targets });
}
