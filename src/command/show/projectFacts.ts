import { canonical } from "../../base/canonical.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Result } from "../../base/result.ts";
import { inputsOf } from "../../derivation/dependenciesOf.ts";
import type { Derivation } from "../../derivation/derivation.ts";
import { describeFilter } from "../../derivation/describeFilter.ts";
import type { Input } from "../../derivation/input.ts";
import type { Source } from "../../derivation/source.ts";
import { walkSteps } from "../../derivation/walkSteps.ts";
import { nativeContext } from "../../engine/inputs/resolveNative.ts";
import { toolchainFor } from "../../engine/inputs/resolveToolchain.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import { offeredOutputs } from "../offeredOutputs.ts";
import type { Described } from "../withProject.ts";

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
  return Object.entries(offered).map(([name, { name: step, target }]) => ({
    name,
    step,
    ...(target?.layer && { layer: target.layer.name }),
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
