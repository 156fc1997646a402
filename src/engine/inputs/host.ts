import { mkdirSync } from "node:fs";
import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { NativePackage, Source, ToolchainRequest } from "../../derivation/model.ts";
import { baseSystem } from "../../fetch/native/baseSystem.ts";
import { hostPlatform } from "../../fetch/native/packageSystem.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import type { NativeContext } from "../../fetch/native/provider.ts";
import { installedToolchain, type Toolchain } from "../../fetch/toolchain/installedToolchain.ts";
import { type InputContext, type Placement, placed, type Resolved } from "./resolvedInput.ts";
import { resolveSource } from "./source.ts";
import { wantedToolchain } from "./wantedToolchain.ts";

/** The toolchain that a step asks for; where it names no channel, the one that `rust-toolchain.toml` names. */
export async function toolchainFor(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<Toolchain>> {
  const { store, env, emit, signal } = context;
  const wanted = wantedToolchain(context, request);
  if (!wanted.ok) return wanted;
  return installedToolchain(wanted.value, {
    env,
    records: store.records,
    signal,
    onProgress: (name, done, total) =>
      emit({ type: "progress", what: "hash", name: `toolchain ${name}`, done, total }),
  });
}

/**
 * The toolchain as an input, without the parts that are not in its digest; with the standard library's sources where
 * they are asked for.
 */
export async function resolveToolchain(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<Resolved>> {
  const { store } = context;
  const toolchain = await toolchainFor(context, request);
  if (!toolchain.ok) return toolchain;
  const { digest, directory, hidden, version } = toolchain.value;
  const found = request.sources ? await resolveSource(context, sourcesIn(directory)) : ok(undefined);
  if (!found.ok) return found;
  const sources = found.value;
  return ok({
    digest: sources ? digestOf(canonical([digest, sources.digest])) : digest,
    name: version.replace(/ \(.*$/, ""),
    async place() {
      const nothing = `${store.root}/empty`;
      mkdirSync(nothing, { recursive: true });
      const whole: Placement = { below: "", directory };
      const covers = hidden.map((path): Placement => ({ below: `/${path}`, directory: nothing }));
      if (!sources) return ok([whole, ...covers]);
      const placed = await sources.place();
      if (!placed.ok) return placed;
      // With their digest they are a part, as a vendored crate is, so that what is compiled from them is kept.
      const below = `/${sourcesPath}`;
      const shown = placed.value.map((each) => ({ ...each, below, digest: sources.digest }));
      return ok([whole, ...covers.filter((each) => each.below !== below), ...shown]);
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
  const without = { kind: "globs", patterns: ["rust/library/vendor/**"] } as const;
  return { type: "source", root: `${toolchain}/${sourcesPath}`, filter: { kind: "difference", of, without } };
}

/** The machine that native packages are taken from. */
export function nativeContext(context: InputContext): NativeContext {
  const { store, project, env, offline, emit, signal } = context;
  return {
    store,
    platform: hostPlatform(),
    root: "",
    env,
    directory: project.root,
    offline,
    signal,
    onProgress: (name, done, total) => emit({ type: "progress", what: "copy", name, done, total }),
  };
}

/** A native tool or library, from the first provider that has it. */
export async function resolveNative(context: InputContext, wanted: NativePackage): Promise<Result<Resolved>> {
  const tree = await provideNative(wanted, nativeContext(context));
  if (!tree.ok) return tree;
  const { digest } = tree.value;
  return ok({ digest, place: async () => placed(context, ok(digest)) });
}

/** libc, `cc`, the linker, a shell and the base tools. */
export async function resolveBaseSystem(context: InputContext): Promise<Result<Resolved>> {
  const base = await baseSystem(context.store, nativeContext(context));
  if (!base.ok) return base;
  const { digest, dir } = base.value;
  return ok({ digest, place: async () => ok([{ below: "", directory: dir }]) });
}
