import { parseChannel } from "../../cargo/config/channel.ts";
import { type Project as Offered, offeredOutputs } from "../../crane/project.ts";
import { inputsOf, walkSteps } from "../../derivation/steps.ts";
import { nativeContext } from "../../engine/inputs/host.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { gantryLockOf, readGantryLock } from "../../fetch/gantryLock.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import { hostTriple, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { notesOfShellVariables } from "../../project/shellVariables.ts";
import { toBeBrought, toolchainState } from "../look/toolchainState.ts";
import { type Finding, findingOf, fine } from "./finding.ts";

/** What the description asks of the machine: toolchains, native packages, variables. Nothing is downloaded for it. */
export async function describedFindings(
  context: InputContext,
  offered: Offered,
): Promise<readonly Finding[]> {
  const steps = walkSteps(Object.values(offeredOutputs(offered)));
  const inputs = steps.flatMap(inputsOf);
  const requests = inputs.flatMap((input) => (input.type === "toolchain" ? [input.request] : []));
  const natives = inputs.flatMap((input) => (input.type === "native" ? [input] : []));
  const declared = new Set(steps.flatMap(({ env }) => Object.keys(env)));
  return [
    ...distinct(requests).map((request) => toolchainFinding(context, request)),
    ...(await Promise.all(distinct(natives).map((native) => nativeFinding(context, native)))),
    ...lockFindings(context, requests),
    variablesFinding(context.env, declared),
  ];
}

type Input = ReturnType<typeof inputsOf>[number];
type Request = Extract<Input, { type: "toolchain" }>["request"];
type Native = Extract<Input, { type: "native" }>;

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function toolchainFinding(context: InputContext, request: Request): Finding {
  const state = toolchainState(context, request);
  if (!state.ok) return findingOf("toolchain", "wrong", state.error);
  const { value } = state;
  const found = "directory" in value ? `${value.name} lies in ${value.directory}` : toBeBrought(value);
  return fine("toolchain", found);
}

/** What `gantry.lock` pins and nothing asks for does no harm, but surprises who reads it. */
function lockFindings({ project, env }: InputContext, requests: readonly Request[]): readonly Finding[] {
  const pins = readGantryLock(gantryLockOf(project));
  if (!pins.ok) return [findingOf("gantry.lock", "wrong", pins.error)];
  // Cargo fetches by the toolchain of the project, which no step need have.
  const own: Request = { components: [], targets: [] };
  const asked = new Set<string>();
  for (const request of [own, ...requests]) {
    const wanted = wantedToolchain(request, project, env);
    if (!wanted.ok) return [];
    const { channel } = wanted.value;
    const name = channel === undefined ? undefined : parseChannel(channel, hostTriple())?.name;
    if (name !== undefined) asked.add(name);
  }
  return [...pins.value.toolchain.keys()]
    .filter((name) => !asked.has(name))
    .map((name) =>
      fine("gantry.lock", `nothing asks for \`[toolchain.${JSON.stringify(name)}]\`, which may be deleted`),
    );
}

async function nativeFinding(context: InputContext, native: Native): Promise<Finding> {
  const provided = await provideNative(native, nativeContext(context));
  if (!provided.ok) return findingOf(native.name, "wrong", provided.error);
  const { provider, version } = provided.value;
  return fine(native.name, version === undefined ? `from ${provider}` : `${version}, from ${provider}`);
}

function variablesFinding(env: NodeJS.ProcessEnv, declared: ReadonlySet<string>): Finding {
  const [found] = notesOfShellVariables(env, declared);
  if (found === undefined) return fine("variables", "none of your shell changes what plain Cargo compiles");
  return { about: "variables", state: "warning", found, fix: [] };
}
