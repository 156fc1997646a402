import { err, type Result } from "../../base/result.ts";
import { parseChannel } from "../../cargo/config/channel.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import { readGantryLock } from "../gantryLock.ts";
import type { Providing } from "./composeToolchain.ts";
import { findToolchain, hostTriple } from "./findToolchain.ts";
import { installedRelease, missingPart, type Toolchain, toolchainIn } from "./installedToolchain.ts";

/**
 * The toolchain that a request means. One that rustup has is used as it lies there, if it is of the release that
 * `gantry.lock` pins, if that pins one, and has all parts. Any other is put together in the store, of components that are
 * taken from there, from rustup's toolchain of the same release, or from the distribution server; what was downloaded
 * for a channel is pinned.
 *
 * Errors: those of `findToolchain` for a toolchain that only its owner can provide; of `releaseOf`, `chooseComponents`,
 * `componentTree`, `readGantryLock`; `lock-frozen`; `interrupted`.
 */
export async function provideToolchain(
  request: ToolchainRequest,
  context: Providing,
): Promise<Result<Toolchain>> {
  const { env, store, signal } = context;
  const reading = {
    records: store.records,
    signal,
    onProgress: (name: string, done: number, total: number) => context.onProgress("hash", name, done, total),
  };
  const installed = findToolchain(request, env);
  const channel = request.channel === undefined ? undefined : parseChannel(request.channel, hostTriple());
  const lacks = installed.ok ? missingPart(installed.value, request) : undefined;
  if (!channel) {
    // Nobody but its owner has a toolchain of another name.
    if (!installed.ok) return installed;
    return lacks ? err(lacks) : toolchainIn(installed.value, request, reading);
  }
  const pins = readGantryLock(context.lockFile);
  if (!pins.ok) return pins;
  const pin = pins.value.toolchain.get(channel.name);
  const isWanted = pin
    ? installed.ok && installedRelease(installed.value) === pin.release
    : request.isPinned !== true;
  if (installed.ok && !lacks && isWanted) return toolchainIn(installed.value, request, reading);
  // Most builds never load it.
  const { composeToolchain } = await import("./composeToolchain.ts");
  const missing = lacks ?? (installed.ok ? undefined : installed.error);
  const rustups = installed.ok ? installed.value : undefined;
  const tree = await composeToolchain(request, { channel, pin, missing, installed: rustups }, context);
  if (!tree.ok) return tree;
  return toolchainIn(store.pathOf(tree.value), request, {
    ...reading,
    onProgress: (_, done, total) => context.onProgress("hash", channel.name, done, total),
  });
}
