import { readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Channel, manifestPath } from "../../cargo/config/channel.ts";
import { redact } from "../../cargo/redact.ts";
import type { Bring, Store } from "../../store/store.ts";
import { downloadText } from "../download/download.ts";
import type { ToolchainPin } from "../gantryLock.ts";
import {
  type ChannelManifest,
  keepManifest,
  keptManifest,
  manifestFile,
  parseChannelManifest,
} from "./channelManifest.ts";
import { releaseFile } from "./installedToolchain.ts";

type Asking = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly note?: (text: string) => void;
  /** Asked for the manifest of a pin before the server. Default: no other machine is. */
  readonly bring?: Bring | undefined;
};

/** A release of Rust, and the checksum of the manifest that describes it. */
export type Release = { readonly manifest: ChannelManifest; readonly sha256: string };

/** Where releases of Rust are had from: `RUSTUP_DIST_SERVER`, as for rustup, else that of the Rust project. */
export function distributionServer(env: NodeJS.ProcessEnv): string {
  return (env.RUSTUP_DIST_SERVER || officialServer).replace(/\/+$/, "");
}

/** Manifests name it in the addresses of archives, whichever server they come from. */
const officialServer = "https://static.rust-lang.org";

/**
 * The release that a channel means: what is pinned, or what the server says today. Manifests that were verified once are
 * kept in the store.
 *
 * Errors: `toolchain-missing` where the server has no such release, `toolchain-offline`, `manifest-changed`, `not-a-release`, `download-failed`,
 * `checksum-mismatch`, `toml-syntax`, `manifest-unusable`, `interrupted`.
 */
export async function releaseOf(
  channel: Channel,
  pin: ToolchainPin | undefined,
  asking: Asking,
): Promise<Result<Release>> {
  const { store, env, offline, signal, note, bring } = asking;
  const isKept = !pin || keptManifest(pin.manifest, store) !== undefined;
  if (!isKept) await bring?.([{ kind: "channel-manifest", key: pin.manifest }]);
  const known = pin && keptManifest(pin.manifest, store);
  if (known !== undefined) return parsed(known, manifestFile, env);
  if (offline) return err(unreached(channel, pin));
  // By its day a server has each release for as long as it has it at all.
  const path = manifestPath(pin && !channel.isFixed ? { track: channel.track, date: pin.date } : channel);
  const url = `${distributionServer(env)}/dist/${path}`;
  const asked = { env, signal, ...(note && { onWait: note }) };
  const before = unanswered.get(store)?.get(url);
  if (before) return err(before);
  const text = await downloadText(url, { ...asked, limit: longestManifest });
  if (!text.ok) {
    if (text.error.code === "download-failed")
      unanswered.set(store, new Map([...(unanswered.get(store) ?? []), [url, text.error]]));
    return text;
  }
  if (text.value === undefined) return err(noRelease(channel, url));
  const sum = pin ? ok(pin.manifest) : await checksumAt(`${url}.sha256`, asked);
  if (!sum.ok) return sum;
  if (sum.value === undefined) return err(noRelease(channel, `${url}.sha256`));
  const found: string = digestOf(text.value);
  if (found !== sum.value) {
    if (!text.value.includes("manifest-version")) return err(answeredBy(url, "manifest", text.value));
    return err(pin ? changed(channel, pin, found) : mismatch(url, sum.value, found));
  }
  const release = parsed(text.value, url, env);
  if (!release.ok) return err({ ...release.error, help: [...release.error.help, notAManifest] });
  await keepManifest(text.value, store);
  return release;
}

/** What could not be had, as long as a store is open: a command asks for it more than once, and a silent server takes minutes. */
const unanswered = new WeakMap<Store, ReadonlyMap<string, Diagnostic>>();

/** The checksum at an address, where the server has it. Errors: `not-a-release`, and those of `downloadText`. */
async function checksumAt(
  url: string,
  asked: Omit<Parameters<typeof downloadText>[1], "limit">,
): Promise<Result<string | undefined>> {
  const text = await downloadText(url, { ...asked, limit: longestSum });
  if (!text.ok || text.value === undefined) return text;
  const [sum = ""] = text.value.trim().split(/\s/);
  return /^[0-9a-f]{64}$/.test(sum) ? ok(sum) : err(answeredBy(url, "checksum", text.value));
}

/** Where one has to log in to a network, its page comes in the place of everything. */
function answeredBy(url: string, wanted: "manifest" | "checksum", text: string): Diagnostic {
  const host = new URL(url).host || "the server";
  const begin = redact(
    text
      .trim()
      .replaceAll(/[\s\p{Cc}]+/gu, " ")
      .slice(0, 60),
  );
  return diagnostic("not-a-release", `what \`${host}\` sent is no ${wanted}`, {
    notes: [`at ${redact(url)}`, begin === "" ? "it is empty" : `it begins with \`${begin}\``],
    help: ["does a proxy or a login page answer? open the address in a browser", notAManifest],
  });
}

/** Bytes. A manifest has about one million. */
export const longestManifest = 64 * 1024 ** 2;

/** Bytes. A checksum and the name of a file; a login page that is there instead is to be told as such. */
const longestSum = 1024 ** 2;

const notAManifest =
  "the server, or a proxy on the way to it, gives something else: `RUSTUP_DIST_SERVER` names another server";

/**
 * The release that an installed toolchain is of, as rustup noted it beside the toolchain.
 *
 * Errors: `toml-syntax`, `manifest-unusable`.
 */
export function releaseIn(directory: string, env: NodeJS.ProcessEnv): Result<Release> {
  return parsed(readFileSync(releaseFile(directory), "utf8"), releaseFile(directory), env);
}

function parsed(text: string, file: string, env: NodeJS.ProcessEnv): Result<Release> {
  const manifest = parseChannelManifest(redact(file), text);
  if (!manifest.ok) return manifest;
  return ok({ manifest: fromServer(manifest.value, distributionServer(env)), sha256: digestOf(text) });
}

/** With the addresses of archives at the server that the manifest came from, as rustup has it. */
function fromServer(manifest: ChannelManifest, server: string): ChannelManifest {
  const packages = [...manifest.packages].map(([name, { version, archives }]) => {
    const moved = [...archives].map(
      ([target, archive]) =>
        [target, archive && { ...archive, url: archive.url.replace(officialServer, server) }] as const,
    );
    return [name, { version, archives: new Map(moved) }] as const;
  });
  return { ...manifest, packages: new Map(packages) };
}

function noRelease({ name, track, date }: Channel, url: string): Diagnostic {
  const isVersion = /^\d/.test(track);
  const what =
    date === undefined && isVersion ? `no release \`${name}\`` : `no release found for \`${name}\``;
  return diagnostic("toolchain-missing", what, {
    notes: [`the server has nothing at ${redact(url)}`],
    help: [
      isVersion
        ? "https://github.com/rust-lang/rust/releases lists what there is"
        : "not each day has a release: https://rust-lang.github.io/rustup-components-history shows which have",
    ],
  });
}

function unreached({ name }: Channel, pin: ToolchainPin | undefined): Diagnostic {
  const what = pin
    ? `release ${pin.release.replace(/ .*/, "")} of ${pin.date}, which \`gantry.lock\` pins for \`${name}\`, is not here`
    : `toolchain \`${name}\` is not installed`;
  return diagnostic("toolchain-offline", `${what}, and \`--offline\` was given`, {
    help: ["run once without --offline"],
  });
}

function changed({ name }: Channel, pin: ToolchainPin, found: string): Diagnostic {
  return diagnostic(
    "manifest-changed",
    `the release that \`gantry.lock\` pins for \`${name}\` is not what the server has`,
    {
      notes: [`expected ${pin.manifest}, of ${pin.date}`, `found    ${found}`],
      help: [
        `to take what the server has, remove \`[toolchain.${JSON.stringify(name)}]\` from \`gantry.lock\``,
      ],
    },
  );
}

function mismatch(url: string, expected: string, found: string): Diagnostic {
  return diagnostic("checksum-mismatch", `checksum failed for \`${redact(url)}\``, {
    notes: [`expected   ${expected}`, `calculated ${found}`],
    help: ["try again: the server may have been about to publish a release"],
  });
}
