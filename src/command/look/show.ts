import { formatColumns } from "../../base/format.ts";
import { ok, type Result } from "../../base/result.ts";
import type { DevShell } from "../../derivation/devShell.ts";
import type { Derivation, Input, Source } from "../../derivation/model.ts";
import type { Service } from "../../derivation/service.ts";
import { describeFilter, imageOf, inputsOf, walkSteps } from "../../derivation/steps.ts";
import type { Command } from "../command.ts";
import type { ReadProject } from "../open/project.ts";

const formats = ["text", "json"] as const;

/** `gantry show`: what the project offers, and what it is built from on this machine. Builds nothing. */
export const show: Command<{ readonly format: (typeof formats)[number] }> = {
  doing: "reading the project",
  details:
    "Also what it is built from on this machine: the source, the toolchain, the native packages, and who has each. Nothing is " +
    "built and nothing downloaded.",
  options: [
    { name: "format", value: "FORMAT", summary: "how to print it [default: text]", choices: formats },
  ],
  examples: [["gantry show --format json", "for a program"]],
  read: (args) => ({ format: args.choice("format", formats) ?? "text" }),
  async run(options, emit) {
    const { withProject } = await import("../open/project.ts");
    return withProject(options, emit, async (project) => {
      const facts = await projectFacts(project);
      return ok({
        stdout: options.format === "json" ? JSON.stringify(facts, undefined, 2) : factsText(facts),
      });
    });
  },
};

/** What a project offers and what it is built from, as plain data. */
type ProjectFacts = {
  readonly root: string;
  /** `gantry.config.ts`, where there is one. */
  readonly configuration?: string;
  readonly packages: readonly OutputFacts[];
  readonly checks: readonly OutputFacts[];
  readonly images: readonly ImageFacts[];
  readonly services: readonly ServiceFacts[];
  readonly devShells: readonly ShellFacts[];
  readonly sources: readonly { readonly root: string; readonly keeps: string }[];
  readonly toolchains: readonly (
    | Missing
    | ToBring
    | { readonly version: string; readonly directory: string }
  )[];
  readonly native: readonly NativeFacts[];
};

type OutputFacts = {
  readonly name: string;
  readonly step: string;
  /** The step of its dependency layer. */
  readonly layer?: string;
};

type ImageFacts = {
  readonly name: string;
  readonly step: string;
  /** Its name and tag. */
  readonly image: string;
};

type ServiceFacts = {
  readonly name: string;
  /** Of the package that has its program. */
  readonly step: string;
  /** `8080/tcp`. */
  readonly ports: readonly string[];
};

type ShellFacts = {
  readonly name: string;
  /** What it has beside the toolchain: `protobuf`, `cargo-nextest 0.9.143`. */
  readonly packages: readonly string[];
  /** The names of its variables. */
  readonly variables: readonly string[];
};

type NativeFacts = { readonly name: string } & (
  | Missing
  | { readonly provider: string; readonly version?: string }
);

/** Why something that is asked for is not to be had on this machine, in one line. */
type Missing = { readonly missing: string };

/** What the first build brings, in one line. */
type ToBring = { readonly awaited: string };

/** Reads what the steps of a project ask for, and finds out what of it this machine has. Builds and downloads nothing. */
async function projectFacts({ inputs, offered }: ReadProject): Promise<ProjectFacts> {
  const { nativeContext, toolchainFor } = await import("../../engine/inputs/host.ts");
  const { toBeBrought, toolchainState } = await import("./toolchainState.ts");
  const { provideNative } = await import("../../fetch/native/provideNative.ts");
  const { offeredOutputs, shellsOf } = await import("../../crane/project.ts");
  const devShells = shellsOf(offered);
  const { packages, checks = {}, images = {}, services = {} } = offered;
  const { root, configuration } = inputs.project;
  const ofSteps = walkSteps(Object.values(offeredOutputs(offered))).flatMap(inputsOf);
  const all = [...ofSteps, ...Object.values(devShells).flatMap(inputsOfShell)];
  const requests = unique(
    all.flatMap((input) => (input.type === "toolchain" ? [input.request] : [])),
    ({ channel, components, targets }) => JSON.stringify([channel, components, targets]),
  );
  const natives = unique(
    all.flatMap((input) => (input.type === "native" ? [input] : [])),
    ({ name }) => name,
  );
  const toolchains = requests.map(async (request) => {
    const state = toolchainState(inputs, request);
    if (state.ok && !("directory" in state.value)) return { awaited: toBeBrought(state.value) };
    const found = state.ok ? await toolchainFor(inputs, request) : state;
    return orMissing(found, ({ version, directory }) => ({ version, directory }));
  });
  const native = natives.map(async (wanted) => ({
    name: wanted.name,
    ...orMissing(await provideNative(wanted, nativeContext(inputs)), ({ provider, version }) => ({
      provider,
      ...(version !== undefined && { version }),
    })),
  }));
  return {
    root,
    ...(configuration !== undefined && { configuration }),
    packages: outputFacts(packages),
    checks: outputFacts(checks),
    images: imageFacts(images),
    services: serviceFacts(services),
    devShells: Object.entries(devShells).map(([name, shell]) => ({ name, ...shellFacts(shell) })),
    sources: sourceFacts(ofSteps),
    toolchains: await Promise.all(toolchains),
    native: await Promise.all(native),
  };
}

function outputFacts(outputs: Readonly<Record<string, Derivation>>): OutputFacts[] {
  return Object.entries(outputs).map(([name, { name: step, targetDirectory }]) => ({
    name,
    step,
    ...(targetDirectory?.layer && { layer: targetDirectory.layer.name }),
  }));
}

function imageFacts(images: Readonly<Record<string, Derivation>>): ImageFacts[] {
  return Object.entries(images).map(([name, step]) => {
    const image = imageOf(step);
    return { name, step: step.name, image: image ? `${image.name}:${image.tag}` : "" };
  });
}

function serviceFacts(services: Readonly<Record<string, Service>>): ServiceFacts[] {
  return Object.entries(services).map(([name, service]) => ({
    name,
    step: service.package.name,
    ports: [service.port ?? [], service.otherPorts]
      .flat()
      .map(({ number, protocol }) => `${number}/${protocol}`),
  }));
}

function inputsOfShell({ toolchain, packages }: DevShell): Input[] {
  return [{ type: "toolchain", request: toolchain }, ...packages];
}

function shellFacts({ packages, env }: DevShell): Omit<ShellFacts, "name"> {
  const named = packages.map((each) => {
    if (each.type === "native") return each.name;
    return each.version === undefined ? each.crate : `${each.crate} ${each.version}`;
  });
  return { packages: named, variables: Object.keys(env) };
}

function sourceFacts(inputs: readonly Input[]): { root: string; keeps: string }[] {
  const sources = inputs.flatMap((input): Source[] => (input.type === "source" ? [input] : []));
  const described = sources.map(({ root, filter }) => ({ root, keeps: describeFilter(filter) }));
  return unique(described, ({ root, keeps }) => `${root}\n${keeps}`);
}

function orMissing<T, U>(result: Result<T>, use: (value: T) => U): U | Missing {
  return result.ok ? use(result.value) : { missing: result.error.message };
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** The facts of a project as a person reads them, in one block for each kind. */
export function factsText(facts: ProjectFacts): string {
  const project: [string, string][] = [
    ["project", facts.root],
    ["configuration", facts.configuration ?? "none: what any Cargo project offers"],
    ...facts.sources.map(({ root, keeps }): [string, string] => [
      "source",
      `${root === "." ? "the project's directory" : root}: ${keeps}`,
    ]),
    ...facts.toolchains.map((toolchain): [string, string] => ["toolchain", toolchainText(toolchain)]),
    ...facts.native.map((native): [string, string] => ["native", `${native.name}: ${nativeText(native)}`]),
  ];
  const blocks = [
    formatColumns(project),
    outputLines("packages", facts.packages),
    outputLines("checks", facts.checks),
    imageLines(facts.images),
    serviceLines(facts.services),
    shellLines(facts.devShells),
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

function imageLines(images: readonly ImageFacts[]): string[] {
  const rows = images.map(({ name, step, image }) => [name, step, image]);
  return rows.length === 0 ? [] : ["images", ...formatColumns(rows).map((line) => `  ${line}`)];
}

function serviceLines(services: readonly ServiceFacts[]): string[] {
  const rows = services.map(({ name, step, ports }) => [name, step, ports.join(", ")]);
  return rows.length === 0 ? [] : ["services", ...formatColumns(rows).map((line) => `  ${line}`)];
}

function shellLines(shells: readonly ShellFacts[]): string[] {
  const rows = shells.map(({ name, packages, variables }) => [
    name,
    ["the toolchain", ...packages, ...variables.map((variable) => `$${variable}`)].join(", "),
  ]);
  return rows.length === 0 ? [] : ["dev shells", ...formatColumns(rows).map((line) => `  ${line}`)];
}

function toolchainText(toolchain: ProjectFacts["toolchains"][number]): string {
  if (isMissing(toolchain)) return toolchain.missing;
  return "awaited" in toolchain ? toolchain.awaited : `${toolchain.version}, ${toolchain.directory}`;
}

function nativeText(native: NativeFacts): string {
  if (isMissing(native)) return native.missing;
  return [native.provider, ...(native.version === undefined ? [] : [native.version])].join(" ");
}

function isMissing(facts: object): facts is Missing {
  return "missing" in facts;
}
