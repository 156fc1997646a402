import { readFileSync } from "node:fs";
import { parseChannel } from "../../cargo/config/channel.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import { requirementsOf } from "../../cargo/manifest/rustVersion.ts";
import { type Project as Offered, offeredOutputs, preCommitsOf, shellsOf } from "../../crane/project.ts";
import type { Derivation, NativePackage, Tool } from "../../derivation/model.ts";
import { inputsOf, walkSteps } from "../../derivation/steps.ts";
import { nativeContext } from "../../engine/inputs/host.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { pinnedBase } from "../../engine/shared/pinnedBase.ts";
import { gantryLockOf, readGantryLock } from "../../fetch/gantryLock.ts";
import { baseSystem, hasDpkg } from "../../fetch/native/baseSystem.ts";
import { distribution } from "../../fetch/native/packageSystem.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import { hostTriple, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { notesOfShellVariables } from "../../project/shellVariables.ts";
import { tooOldFor } from "../look/rustVersion.ts";
import { toBeBrought, toolchainState } from "../look/toolchainState.ts";
import { type Finding, findingOf, fine } from "./finding.ts";
import { membersOf } from "./projectFindings.ts";

/** What the description asks of the machine, for steps, dev shells and hooks: toolchains, native packages, variables. Nothing is downloaded for it. */
export async function describedFindings(
  context: InputContext,
  offered: Offered,
): Promise<readonly Finding[]> {
  const steps = walkSteps(Object.values(offeredOutputs(offered)));
  const inputs = steps.flatMap(inputsOf);
  const shells = Object.entries(shellsOf(offered));
  const requests = [
    ...inputs.flatMap((input) => (input.type === "toolchain" ? [input.request] : [])),
    ...shells.map(([, { toolchain }]) => toolchain),
  ];
  const hooks = preCommitsOf(offered).flatMap((each) => each.hooks);
  const natives = firstOfEach([
    ...nativesOf(inputs).map((native) => ({ native, why: undefined })),
    ...shells.flatMap(([name, { packages }]) => {
      const why = `the dev shell \`${name}\` has it`;
      return nativesOf(packages).map((native) => ({ native, why }));
    }),
    ...hooks.flatMap(({ id, packages }) =>
      nativesOf(packages).map((native) => ({ native, why: `the hook \`${id}\` runs it` })),
    ),
  ]);
  const declared = new Set(steps.flatMap(({ env }) => Object.keys(env)));
  return [
    // A shell and a step may ask for the same in other words.
    ...distinct(distinct(requests).map((request) => toolchainFinding(context, request))),
    ...(await rustVersionFindings(context, requests, steps.some(ignoresRustVersion) ? "warning" : "wrong")),
    ...(await Promise.all(natives.map((each) => nativeFinding(context, each)))).flat(),
    await baseSystemFinding(context),
    ...lockFindings(context, requests),
    variablesFinding(context.env, declared),
  ];
}

type Input = ReturnType<typeof inputsOf>[number];
type Request = Extract<Input, { type: "toolchain" }>["request"];

/** Why it is asked for; absent: a build does. */
type Wanted = { readonly native: NativePackage; readonly why: string | undefined };

/** Of tools, what their build takes. */
function nativesOf(inputs: readonly (Input | NativePackage | Tool)[]): readonly NativePackage[] {
  return inputs.flatMap((each) => {
    if (each.type === "native") return [each];
    return each.type === "tool" ? (each.nativeBuildInputs ?? []) : [];
  });
}

/** What must be there goes before the same where it need not. */
function firstOfEach(wanted: readonly Wanted[]): readonly Wanted[] {
  const ordered = [...wanted.filter((each) => !each.native.isOptional), ...wanted];
  const found = new Map<string, Wanted>();
  for (const each of ordered) if (!found.has(each.native.name)) found.set(each.native.name, each);
  return [...found.values()];
}

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

/**
 * Toolchains that packages of the project are too new for. Cargo refuses them before it compiles anything.
 *
 * @param whereAll what it is where all packages are
 */
async function rustVersionFindings(
  context: InputContext,
  requests: readonly Request[],
  whereAll: "warning" | "wrong",
): Promise<readonly Finding[]> {
  const root = parseManifest("Cargo.toml", readFileSync(context.project.manifest, "utf8"));
  const members = membersOf(context);
  // Told where they are looked at for themselves.
  if (!root.ok || !members.ok) return [];
  const requirements = requirementsOf(
    members.value.map(({ manifest }) => manifest),
    root.value,
  );
  const toolchains = distinct(
    requests.flatMap((request) => {
      const state = toolchainState(context, request);
      if (!state.ok) return [];
      const { value } = state;
      return [{ name: value.name, ...("directory" in value && { directory: value.directory }) }];
    }),
  );
  const found = await Promise.all(toolchains.map((toolchain) => tooOldFor(requirements, toolchain)));
  return distinct(
    found.flatMap((each) =>
      each ? [findingOf("rust-version", each.isForAll ? whereAll : "warning", each.problem)] : [],
    ),
  );
}

function ignoresRustVersion({ phases }: Derivation): boolean {
  return phases.some((phase) => phase.type === "run" && phase.argv.includes("--ignore-rust-version"));
}

/** Which C compiler and libc builds see. */
async function baseSystemFinding(context: InputContext): Promise<Finding> {
  const about = "base system";
  const pinned = pinnedBase(context.project);
  // Told of the lock itself.
  if (!pinned.ok) return fine(about, "is not known, since `gantry.lock` cannot be read");
  const { digest, description } = pinned.value ?? { description: "" };
  const name = `${description}, which \`gantry.lock\` pins`;
  if (digest !== undefined && context.store.keptTree(digest) !== undefined)
    return fine(about, `${name}, is in the store`);
  if (digest === undefined) return fine(about, ofThisMachine());
  const base = await baseSystem(context.store, nativeContext(context));
  if (base.ok && base.value.digest === digest) return fine(about, `${name}, is this machine's`);
  return {
    about,
    state: "warning",
    found: `${name}, is neither in the store nor on this machine`,
    expected: "the first build brings it from the shared cache",
    fix: ["gantry cache pull", "see whether it can be had: gantry cache status"],
  };
}

function ofThisMachine(): string {
  const own = hasDpkg("") ? "the compiler, libc and what they need" : "the whole of `/usr`";
  return [`this machine's, ${own}`, distribution("") ?? []].flat().join(": ");
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

async function nativeFinding(context: InputContext, { native, why }: Wanted): Promise<readonly Finding[]> {
  const provided = await provideNative(native, nativeContext(context), why);
  if (!provided.ok && native.isOptional && provided.error.code === "native-missing") return [];
  if (!provided.ok) return [findingOf(native.name, "wrong", provided.error)];
  const { provider, version } = provided.value;
  return [fine(native.name, version === undefined ? `from ${provider}` : `${version}, from ${provider}`)];
}

function variablesFinding(env: NodeJS.ProcessEnv, declared: ReadonlySet<string>): Finding {
  const [found] = notesOfShellVariables(env, declared);
  if (found === undefined) return fine("variables", "none of your shell changes what plain Cargo compiles");
  return { about: "variables", state: "warning", found, fix: [] };
}
