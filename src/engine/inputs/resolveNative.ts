import { ok, type Result } from "../../base/result.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import { baseSystem } from "../../fetch/native/baseSystem.ts";
import { hostPlatform } from "../../fetch/native/hostPlatform.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import type { NativeContext } from "../../fetch/native/provider.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { placed } from "./placed.ts";

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
