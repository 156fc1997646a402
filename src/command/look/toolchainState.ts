import { backticked, type Diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { gantryLock, gantryLockOf } from "../../fetch/gantryLock.ts";
import { keptManifest, parseChannelManifest } from "../../fetch/toolchain/channelManifest.ts";
import { chooseComponents } from "../../fetch/toolchain/chooseComponents.ts";
import { componentOnRecord } from "../../fetch/toolchain/componentTree.ts";
import { hostTriple, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { type Absent, placeOf, wantedParts } from "../../fetch/toolchain/placeToolchain.ts";
import type { Store } from "../../store/store.ts";

/** How a toolchain is to be had. */
type ToolchainState = {
  /** What is asked for: ``stable with `clippy` ``. */
  readonly name: string;
} & (
  | { readonly directory: string }
  /** What the first build does. Of a download `lacks` says what rustup lacks, if anything. */
  | { readonly firstBuild: "composes" }
  | { readonly firstBuild: "downloads"; readonly lacks: Diagnostic | undefined }
);

/**
 * How the toolchain that a step asks for is to be had. Nobody is asked, and nothing is written.
 *
 * Errors: those of `wantedToolchain` and `placeOf`; with `--offline`, what would have to be downloaded.
 */
export function toolchainState(context: InputContext, request: ToolchainRequest): Result<ToolchainState> {
  const { project, env, store } = context;
  const wanted = wantedToolchain(request, project, env);
  if (!wanted.ok) return wanted;
  const { channel = "rustup's default", components, targets } = wanted.value;
  const parts = [...components, ...targets];
  const name = parts.length > 0 ? `${channel} with ${backticked(parts)}` : channel;
  const place = placeOf(wanted.value, { store, env, lockFile: gantryLockOf(project) });
  if (!place.ok) return place;
  if ("directory" in place.value) return ok({ name, directory: place.value.directory });
  if (isInStore(wanted.value, place.value, store)) return ok({ name, firstBuild: "composes" });
  const { missing } = place.value;
  if (context.offline && missing) return err(missing);
  return ok({ name, firstBuild: "downloads", lacks: missing });
}

/** Whether the store has all components of the pinned release that are asked for, as after `gantry store unpack`. */
function isInStore(request: ToolchainRequest, { channel, pin }: Absent, store: Store): boolean {
  const text = pin && keptManifest(pin.manifest, store);
  const manifest = text === undefined ? undefined : parseChannelManifest(gantryLock, text);
  if (!manifest?.ok) return false;
  const chosen = chooseComponents(manifest.value, hostTriple(), {
    channel: channel.name,
    wanted: wantedParts(request),
  });
  return chosen.ok && chosen.value.every((each) => componentOnRecord(each, store) !== undefined);
}

/** In words, for one that is not there yet. */
export function toBeBrought(state: Exclude<ToolchainState, { readonly directory: string }>): string {
  const { name, firstBuild } = state;
  if (firstBuild === "composes")
    return `${name} will be put together by the first build, of what the store has`;
  const { lacks } = state;
  return `${name} will be downloaded by the first build${lacks === undefined ? "" : `: ${lacks.message}`}`;
}
