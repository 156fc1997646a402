import type { Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Providing } from "./composeToolchain.ts";
import { type Toolchain, toolchainIn } from "./installedToolchain.ts";
import { placeOf } from "./placeToolchain.ts";

/**
 * The toolchain that a request means, where `placeOf` says that it lies. What is nowhere is put together in the store, of
 * components that are taken from there, from rustup's toolchain of the same release, or from the distribution server; what
 * was downloaded for a channel is pinned.
 *
 * Errors: those of `placeOf`, `releaseOf`, `chooseComponents` and `componentTree`; `lock-frozen`; `interrupted`.
 */
export async function provideToolchain(
  request: ToolchainRequest,
  context: Providing & { readonly lockFile: string },
): Promise<Result<Toolchain>> {
  const { store, signal } = context;
  const place = placeOf(request, context);
  if (!place.ok) return place;
  const reading = {
    records: store.records,
    signal,
    onProgress: (name: string, done: number, total: number) =>
      context.onProgress("hash", `toolchain ${name}`, done, total),
  };
  if ("directory" in place.value) return toolchainIn(place.value, request, reading);
  const { name } = place.value.channel;
  // Most builds never load it.
  const { composeToolchain } = await import("./composeToolchain.ts");
  const composed = await composeToolchain(request, place.value, context);
  if (!composed.ok) return composed;
  return toolchainIn({ directory: store.pathOf(composed.value.tree), name }, request, reading);
}
