import { backticked } from "../../base/diagnostic.ts";
import { type Project as Offered, offeredOutputs } from "../../crane/project.ts";
import { inputsOf, walkSteps } from "../../derivation/steps.ts";
import { nativeContext } from "../../engine/inputs/host.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { gantryLock } from "../../fetch/gantryLock.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import { wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { placeOf } from "../../fetch/toolchain/placeToolchain.ts";
import { notesOfShellVariables } from "../../project/shellVariables.ts";
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
    variablesFinding(context.env, declared),
  ];
}

type Input = ReturnType<typeof inputsOf>[number];
type Request = Extract<Input, { type: "toolchain" }>["request"];
type Native = Extract<Input, { type: "native" }>;

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function toolchainFinding({ project, env, store, offline }: InputContext, request: Request): Finding {
  const wanted = wantedToolchain(request, project, env);
  if (!wanted.ok) return findingOf("toolchain", "wrong", wanted.error);
  const { channel = "rustup's default", components, targets } = wanted.value;
  const parts = [...components, ...targets];
  const name = parts.length > 0 ? `${channel} with ${backticked(parts)}` : channel;
  const place = placeOf(wanted.value, { store, env, lockFile: `${project.root}/${gantryLock}` });
  if (!place.ok) return findingOf("toolchain", "wrong", place.error);
  if ("directory" in place.value) return fine("toolchain", `${name} lies in ${place.value.directory}`);
  const { missing } = place.value;
  if (offline && missing) return findingOf("toolchain", "wrong", missing);
  const why = missing === undefined ? "" : `: ${missing.message}`;
  return fine("toolchain", `${name} will be downloaded by the first build${why}`);
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
