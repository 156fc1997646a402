import type { Diagnostic } from "../../base/diagnostic.ts";
import { err, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Store } from "../../store/store.ts";
import { contradiction, namesOf } from "./channelManifest.ts";
import type { Providing } from "./composeToolchain.ts";
import { type Toolchain, toolchainIn } from "./installedToolchain.ts";
import { placeOf, type Unverified } from "./placeToolchain.ts";

type Locking = Providing & { readonly lockFile: string };

/**
 * The toolchain that a request means, where `placeOf` says that it lies. What is nowhere is put together in the store, of
 * components that are taken from there, from rustup's toolchain of the same release, or from the distribution server; what
 * was downloaded for a channel is pinned.
 *
 * Errors: `manifest-changed`; those of `placeOf`, `releaseOf`, `chooseComponents` and `componentTree`; `lock-frozen`; `interrupted`.
 */
export async function provideToolchain(
  request: ToolchainRequest,
  context: Locking,
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
  if ("directory" in place.value) {
    const { unverified } = place.value;
    const wrong = unverified && (await verifyPin(unverified, context));
    return wrong ? err(wrong) : toolchainIn(place.value, request, reading);
  }
  const { name } = place.value.channel;
  // Most builds never load it.
  const { composeToolchain } = await import("./composeToolchain.ts");
  const composed = await composeToolchain(request, place.value, context);
  if (!composed.ok) return composed;
  return toolchainIn({ directory: store.pathOf(composed.value.tree), name }, request, reading);
}

/** By store and manifest: steps ask for the same at once, and a server that cannot be reached is asked once. */
const asked = new WeakMap<Store, Map<string, Promise<Diagnostic | undefined>>>();

/**
 * What is wrong with an entry that goes by what it says of its manifest. Where the manifest cannot be had, it is believed, and
 * a note says so: what rustup has is of that name and day.
 *
 * Errors: `gantry-lock-invalid`, `manifest-changed`, `interrupted`.
 */
async function verifyPin(unverified: Unverified, context: Locking): Promise<Diagnostic | undefined> {
  const ofStore = asked.get(context.store) ?? new Map<string, Promise<Diagnostic | undefined>>();
  asked.set(context.store, ofStore);
  const { channel, pin } = unverified;
  const key = [channel.name, ...Object.values(pin)].join("\n");
  const verified = ofStore.get(key) ?? ask(unverified, context);
  ofStore.set(key, verified);
  return verified;
}

async function ask({ channel, pin }: Unverified, context: Locking): Promise<Diagnostic | undefined> {
  const { releaseOf } = await import("./distribution.ts");
  const release = await releaseOf(channel, pin, context);
  if (release.ok)
    return contradiction(channel.name, pin, {
      known: namesOf(release.value.manifest),
      lockFile: context.lockFile,
    });
  if (["manifest-changed", "interrupted"].includes(release.error.code)) return release.error;
  context.note(
    `what \`gantry.lock\` pins for \`${channel.name}\` is not compared with its manifest, which cannot be had: ${release.error.message}`,
  );
  return undefined;
}
