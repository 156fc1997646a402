import { existsSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { NativePackage, Source, ToolchainRequest } from "../../derivation/model.ts";
import { gantryLock, gantryLockOf } from "../../fetch/gantryLock.ts";
import { baseSystem, hostPlatform } from "../../fetch/native/baseSystem.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import type { NativeContext } from "../../fetch/native/provider.ts";
import {
  findToolchain,
  toolchainFileWarnings,
  wantedToolchain,
  withProjectToolchain,
} from "../../fetch/toolchain/findToolchain.ts";
import type { Toolchain } from "../../fetch/toolchain/installedToolchain.ts";
import { type Place, placeOf } from "../../fetch/toolchain/placeToolchain.ts";
import { provideToolchain } from "../../fetch/toolchain/provideToolchain.ts";
import { treeDigest } from "../../store/treeDigest.ts";
import { type PinnedBase, pinnedBase, providePinnedBase } from "../shared/pinnedBase.ts";
import { placedInProject } from "./placeInProject.ts";
import {
  type InputContext,
  type Placement,
  placementAt,
  type ResolvedInput,
  treeToCome,
} from "./resolvedInput.ts";

/**
 * The toolchain that a step asks for; where it names no channel, the one that rustup starts in the project.
 *
 * Errors: those of `wantedToolchain` and `provideToolchain`.
 */
export async function toolchainFor(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<Toolchain>> {
  const { store, env, offline, frozen, emit, signal, project, shared } = context;
  const wanted = wantedToolchain(request, project, env);
  if (!wanted.ok) return err(placedInProject(wanted.error, request, project));
  if (request.channel === undefined && !request.isHost)
    for (const diagnostic of toolchainFileWarnings(request, project)) emit({ type: "warning", diagnostic });
  const provided = await provideToolchain(wanted.value, {
    store,
    env,
    offline,
    frozen,
    lockFile: gantryLockOf(project),
    signal,
    onProgress: (what, name, done, total) => emit({ type: "progress", what, name, done, total }),
    note: (text) => emit({ type: "note", text }),
    bring: shared?.bring,
  });
  return provided.ok ? provided : err(placedInProject(provided.error, request, project));
}

/**
 * The environment in which the user's own Cargo fetches: with the project's toolchain first on the `PATH` where rustup has
 * it not. One that is nowhere is downloaded.
 */
export async function cargoEnvironmentOf(context: InputContext): Promise<NodeJS.ProcessEnv> {
  const known = presentCargoEnvironment(context);
  if (known) return known;
  const provided = await toolchainFor(context, { components: [], targets: [] });
  return provided.ok ? withPrograms(provided.value.directory, context.env) : context.env;
}

/** The same, without bringing anything: undefined where the toolchain is nowhere yet. */
export function presentCargoEnvironment(context: InputContext): NodeJS.ProcessEnv | undefined {
  const { project, env } = context;
  const wanted = wantedToolchain({ components: [], targets: [] }, project, env);
  const channel = wanted.ok ? wanted.value.channel : undefined;
  if (!wanted.ok || channel === undefined || findToolchain(wanted.value, env).ok)
    return withProjectToolchain(project, env);
  // Where it lies already, its content need not be looked at for that.
  const place = placeOf(wanted.value, { ...context, lockFile: gantryLockOf(project) });
  return place.ok && "directory" in place.value ? withPrograms(place.value.directory, env) : undefined;
}

function withPrograms(toolchain: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${toolchain}/bin:${env.PATH ?? ""}` };
}

/**
 * The toolchain as an input, without the parts that are not in its digest; with the standard library's sources where
 * they are asked for.
 *
 * Errors: those of `toolchainFor` and of the sources.
 */
export async function resolveToolchain(
  context: InputContext,
  request: ToolchainRequest,
  resolveSource: (source: Source) => Promise<Result<ResolvedInput>>,
): Promise<Result<ResolvedInput>> {
  const toolchain = await toolchainFor(context, request);
  if (!toolchain.ok) return toolchain;
  const { digest, directory, isUnchanged, ofHost, parts, version } = toolchain.value;
  const resolved = request.sources ? await resolveSource(sourcesIn(directory)) : ok(undefined);
  if (!resolved.ok) return resolved;
  const sources = resolved.value;
  const withSources = (of: Digest) => (sources ? digestOf(canonical([of, sources.digest])) : of);
  return ok({
    ...{ digest: withSources(digest), ofHost: withSources(ofHost) },
    name: version.replace(/ \(.*$/, ""),
    isUnchanged,
    async place() {
      const shown = parts.map(
        (path): Placement => ({ below: `/${path}`, directory: `${directory}/${path}` }),
      );
      if (!sources) return ok(shown);
      const places = await sources.place();
      if (!places.ok) return places;
      // With their digest they are a part, as a vendored crate is, so that what is compiled from them is kept.
      const below = `/${sourcesPath}`;
      return ok([...shown, ...places.value.map((each) => ({ ...each, below, digest: sources.digest }))]);
    },
  });
}

const sourcesPath = "lib/rustlib/src";

/**
 * The sources are taken into the store, where they have a constant time: Cargo tells by times whether what was
 * compiled from them is fresh. The crates beside them are vendored by the lock.
 */
function sourcesIn(toolchain: string): Source {
  const of = { kind: "globs", patterns: ["rust/library/**"] } as const;
  const vendored = { kind: "globs", patterns: ["rust/library/vendor/**"] } as const;
  return {
    type: "source",
    root: `${toolchain}/${sourcesPath}`,
    filter: { kind: "difference", of, without: vendored },
  };
}

/**
 * The directory of the standard library's workspace in a toolchain, whose lock `-Z build-std` goes by.
 *
 * Errors: `component-missing` without `rust-src`; `toolchain-missing` before `provideStandardLibrary`; those of
 * `wantedToolchain` and `placeOf`.
 */
export function standardLibrary(context: InputContext, request: ToolchainRequest): Result<string> {
  const place = placeOfSources(context, request);
  if (!place.ok) return place;
  if (!("directory" in place.value)) {
    const { missing, channel } = place.value;
    return err(missing ?? diagnostic("toolchain-missing", `toolchain \`${channel.name}\` is not there yet`));
  }
  const { name } = place.value;
  const directory = `${place.value.directory}/lib/rustlib/src/rust/library`;
  if (existsSync(`${directory}/Cargo.lock`)) return ok(directory);
  return err(
    diagnostic("component-missing", `toolchain \`${name}\` has no component \`rust-src\``, {
      notes: ["it has the sources and the lock of the standard library, which `-Z build-std` compiles"],
      help: [`rustup component add rust-src --toolchain ${name}`],
    }),
  );
}

/** Whether `provideStandardLibrary` has something to do. */
export function isStandardLibraryAbsent(context: InputContext, request: ToolchainRequest): boolean {
  const place = placeOfSources(context, request);
  return place.ok && !("directory" in place.value);
}

/**
 * Brings the toolchain whose standard library is asked for, where it is not there yet; `standardLibrary` has it then.
 *
 * Errors: those of `toolchainFor`.
 */
export async function provideStandardLibrary(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<void>> {
  if (!isStandardLibraryAbsent(context, request)) return ok();
  const provided = await toolchainFor(context, { ...request, sources: true });
  return provided.ok ? ok() : provided;
}

function placeOfSources(context: InputContext, request: ToolchainRequest): Result<Place> {
  const { project, env, store } = context;
  const wanted = wantedToolchain({ ...request, sources: true }, project, env);
  if (!wanted.ok) return wanted;
  return placeOf(wanted.value, { store, env, lockFile: gantryLockOf(project) });
}

/** The machine that native packages are taken from. */
export function nativeContext(context: InputContext): NativeContext {
  const { store, project, env, offline, emit, signal, shared } = context;
  return {
    store,
    bring: shared?.bring,
    platform: hostPlatform(),
    root: "",
    env,
    directory: project.root,
    offline,
    signal,
    onProgress: tenASecond((what, name, done, total) => emit({ type: "progress", what, name, done, total })),
  };
}

type Progress = NonNullable<NativeContext["onProgress"]>;

/** Files are read by the hundred, and told of one by one. The first and the last are told in any case. */
function tenASecond(tell: Progress): Progress {
  let last = 0;
  return (what, name, done, total) => {
    const now = performance.now();
    if (done > 0 && done < total && now - last < 100) return;
    last = now;
    tell(what, name, done, total);
  };
}

/**
 * A native tool or library, from the first provider that has it; nothing, where it may be missing. Errors: those of
 * `provideNative` and `NativeTree.tree`.
 */
export async function resolveNative(
  context: InputContext,
  wanted: NativePackage,
): Promise<Result<ResolvedInput>> {
  const { platform, isOptional } = wanted;
  const why = platform === undefined ? undefined : `it compiles and links for \`${platform}\``;
  const native = await provideNative(wanted, nativeContext(context), why);
  if (!native.ok && isOptional && native.error.code === "native-missing")
    return ok({ digest: treeDigest([]), place: async () => ok([]) });
  if (!native.ok) return native;
  const tree = await native.value.tree();
  if (!tree.ok) return tree;
  const { digest, place } = tree.value;
  return ok({
    digest,
    place: async () => placementAt(await place()),
    begin: () => treeToCome(context, digest, place),
  });
}

/** What a project pins, as an input: wherever it comes from, it comes once. */
function ofPinned(context: InputContext, pinned: PinnedBase): ResolvedInput {
  const { digest, description } = pinned;
  let placed: Promise<Result<string>> | undefined;
  // As used, though no step may have to be shown it.
  context.store.keptTree(digest);
  const bring = () => {
    placed ??= bringPinnedBase(context, pinned);
    return placed;
  };
  return {
    digest,
    name: `${description} (${digest.slice(0, 8)} in \`${gantryLock}\`)`,
    place: async () => placementAt(await bring()),
    begin: () => treeToCome(context, digest, bring),
  };
}

/** Has the base system in the store that a project pins. Errors: those of `providePinnedBase`. */
export function bringPinnedBase(context: InputContext, pinned: PinnedBase): Promise<Result<string>> {
  const ofHost = () => baseSystem(context.store, nativeContext(context));
  return providePinnedBase(pinned, { ...context, ofHost });
}

function withoutPinned(level: string): string {
  return `\`${gantryLock}\` pins a base system, which the level \`${level}\` cannot show: builds see this machine's`;
}

/**
 * libc, `cc`, the linker, a shell and the base tools: what the project pins, else this machine's. Of what is pinned the digest is
 * known, so that nothing is read or fetched before a step has to run.
 *
 * Errors: those of `pinnedBase` and `baseSystem`.
 */
export async function resolveBaseSystem(context: InputContext): Promise<Result<ResolvedInput>> {
  const pinned = pinnedBase(context.project);
  if (!pinned.ok) return pinned;
  const { level = "full", store, emit } = context;
  if (pinned.value && level === "full") return ok(ofPinned(context, pinned.value));
  if (pinned.value) emit({ type: "note", text: withoutPinned(level) });
  const base = await baseSystem(store, nativeContext(context));
  if (!base.ok) return base;
  const { digest, place, description, isUnchanged, kind } = base.value;
  return ok({
    ...{ digest, name: description },
    place: async () => placementAt(await place()),
    ...(kind === "closure" && { begin: () => treeToCome(context, digest, place) }),
    ...(isUnchanged && { isUnchanged }),
  });
}

/**
 * A processor, of which a step sees nothing but what compilers make for it. It is known by what they go by: its model, and what it
 * can do.
 *
 * @param told what the kernel tells of all of them, as `/proc/cpuinfo` has it (proc(5)). They are alike
 */
export function processorAsInput(told: string): ResolvedInput {
  const [first = ""] = told.split("\n\n");
  const fields = first.split("\n").flatMap((line): [string, string][] => {
    const [, name = "", value = ""] = /^([^\t:]+)\t*: ?(.*)$/.exec(line) ?? [];
    return ofProcessors.has(name) ? [[name, value]] : [];
  });
  const name = new Map(fields).get("model name");
  return {
    digest: digestOf(canonical([process.arch, fields])),
    ...(name !== undefined && { name }),
    place: async () => ok([]),
  };
}

/** Of x86 and of ARM; not what differs from one moment, or one processor of a machine, to the next. */
const ofProcessors: ReadonlySet<string> = new Set([
  ...["vendor_id", "cpu family", "model", "model name", "stepping", "flags"],
  ...["CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features"],
]);
