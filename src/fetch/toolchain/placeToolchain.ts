import { readFileSync } from "node:fs";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Channel, parseChannel } from "../../cargo/config/channel.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Store } from "../../store/store.ts";
import { readGantryLock, type ToolchainPin } from "../gantryLock.ts";
import { contradiction, knownRelease } from "./channelManifest.ts";
import type { WantedParts } from "./chooseComponents.ts";
import { allTargets, findToolchain, hostTriple } from "./findToolchain.ts";
import {
  componentsOf,
  installedRelease,
  isInstalledRelease,
  missingPart,
  nameOf,
  releaseFile,
} from "./installedToolchain.ts";

/** Where the toolchain of a request lies; or what has to be put together first. */
export type Place = (Found & { readonly unverified?: Unverified }) | Absent;

/** A toolchain that is there, and what it is called, without this machine's triple. */
export type Found = { readonly directory: string; readonly name: string };

/** An entry of `gantry.lock` whose manifest no build has seen yet. */
export type Unverified = { readonly channel: Channel; readonly pin: ToolchainPin };

export type Absent = {
  readonly channel: Channel;
  readonly pin: ToolchainPin | undefined;
  /** What rustup lacks, if anything. */
  readonly missing: Diagnostic | undefined;
  /** Rustup's toolchain of that name. */
  readonly installed: string | undefined;
  /** The release is that of rustup's default, whatever its name means to a server by now; it is not pinned. */
  readonly isDefault?: true;
};

type Placing = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  /** The path of the project's `gantry.lock`. */
  readonly lockFile: string;
};

/**
 * Where the toolchain that a request means is to be had from, without asking anybody. One that rustup has is used as it lies
 * there, if it is of the release that `gantry.lock` pins, if that pins one, and has all parts. Any other is one of the store.
 *
 * Errors: those of `findToolchain` and `missingPart` for a toolchain that only its owner can provide; of `readGantryLock`;
 * `gantry-lock-invalid` for an entry that contradicts its manifest.
 */
export function placeOf(request: ToolchainRequest, { store, env, lockFile }: Placing): Result<Place> {
  const installed = findToolchain(request, env);
  const channel = request.channel === undefined ? undefined : parseChannel(request.channel, hostTriple());
  const lacks = installed.ok ? missingPart(installed.value, request) : undefined;
  if (!channel) {
    if (!installed.ok) return installed;
    if (!lacks) return ok(byRustup(installed.value));
    // Nobody but its owner has a toolchain of another name.
    if (request.channel !== undefined || installedRelease(installed.value) === "") return err(lacks);
    return placeOfDefault(request, store, { directory: installed.value, missing: lacks });
  }
  const pins = readGantryLock(lockFile);
  if (!pins.ok) return pins;
  const pin = pins.value.toolchain.get(channel.name);
  const release = pin && knownRelease(pin.manifest, store);
  const wrong = pin && release && contradiction(channel.name, pin, { known: release, lockFile });
  if (wrong) return err(wrong);
  const unverified = pin && !release ? { unverified: { channel, pin } } : {};
  const isWanted = pin ? installed.ok && isInstalledRelease(installed.value, pin) : request.isPinned !== true;
  if (installed.ok && !lacks && isWanted) return ok({ ...byRustup(installed.value), ...unverified });
  const known = pin && composedOnRecord(composedKey(pin.manifest, request), store);
  if (known !== undefined) return ok({ directory: store.pathOf(known), name: channel.name, ...unverified });
  const missing = lacks ?? (installed.ok ? undefined : installed.error);
  return ok({ channel, pin, missing, installed: installed.ok ? installed.value : undefined });
}

function byRustup(directory: string): Found {
  return { directory, name: nameOf(directory) };
}

/** Where rustup's default toolchain is to be had from with what it lacks: its own release has that. */
function placeOfDefault(
  request: ToolchainRequest,
  store: Store,
  { directory, missing }: { readonly directory: string; readonly missing: Diagnostic },
): Result<Place> {
  const manifest = digestOf(readFileSync(releaseFile(directory), "utf8"));
  const known = composedOnRecord(composedKey(manifest, request), store);
  const { name } = byRustup(directory);
  if (known !== undefined) return ok({ directory: store.pathOf(known), name });
  const channel = { name, isFixed: true, track: name };
  return ok({ channel, pin: undefined, missing, installed: directory, isDefault: true });
}

/** What a request wants of a release. */
export function wantedParts(request: ToolchainRequest): WantedParts {
  return { profile: request.profile, components: componentsOf(request), targets: allTargets(request) };
}

/** What is asked for of a release, as the key of a `component-toolchain`. */
export function composedKey(manifest: string, request: ToolchainRequest): Digest {
  const { profile = "", components, targets } = wantedParts(request);
  return digestOf(canonical([manifest, hostTriple(), profile, components, targets]));
}

/**
 * The toolchain that the store has under a key. What it was put together of counts as used with it: it takes no room of its
 * own, and another component is then all that has to be downloaded to have a toolchain with that.
 */
export function composedOnRecord(key: Digest, { records }: Store): Digest | undefined {
  const known = records.get("component-toolchain", key);
  for (const component of known?.components ?? []) records.get("component", component);
  return known?.tree;
}
