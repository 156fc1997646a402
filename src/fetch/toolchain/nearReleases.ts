import type { Diagnostic } from "../../base/diagnostic.ts";
import { asDigest, canonical, digestOf } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import { type Channel, manifestPath } from "../../cargo/config/channel.ts";
import type { Store } from "../../store/store.ts";
import { downloadText } from "../download/download.ts";
import { parseChannelManifest } from "./channelManifest.ts";
import { chooseComponents, type WantedParts } from "./chooseComponents.ts";
import { distributionServer, longestManifest, type Release, releaseOf } from "./distribution.ts";
import { hostTriple } from "./findToolchain.ts";

type Asking = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** Told what is looked at (`nightlies before 2026-05-15`), and how many days of how many. */
  readonly onDay: (what: string, done: number, total: number) => void;
};

/** Days. Rustup goes back as far for a `nightly` without a date (rustup 1.29, `RUSTUP_BACKTRACK_LIMIT`). */
const limit = 21;

/** A release of a day, as a channel of its own. */
type Earlier = { readonly channel: Channel; readonly release: Release };

/**
 * The last beta or nightly before a day that has all that is wanted, of the three weeks before it. Manifests of days are
 * kept in the store. Undefined also where no server can be asked.
 *
 * @param before a release that lacks something, with its day
 */
export async function lastComplete(
  { track }: Pick<Channel, "track">,
  before: string,
  { wanted, ...asking }: Asking & { readonly wanted: WantedParts },
): Promise<Earlier | undefined> {
  if (track !== "nightly" && track !== "beta") return undefined;
  for (let days = 1; days <= limit && !asking.offline && !asking.signal.aborted; days += 1) {
    const date = dayFrom(before, -days);
    const channel: Channel = { name: `${track}-${date}`, isFixed: true, track, date };
    asking.onDay(`${track === "beta" ? "betas" : "nightlies"} before ${before}`, days - 1, limit);
    const release = await releaseOfDay(channel, asking);
    if (!release.ok && release.error.code !== "toolchain-missing") return undefined;
    if (release.ok && chooseComponents(release.value.manifest, hostTriple(), { channel: "", wanted }).ok)
      return { channel, release: release.value };
  }
  return undefined;
}

async function releaseOfDay(channel: Channel, asking: Asking): Promise<Result<Release>> {
  const { records } = asking.store;
  const key = digestOf(canonical([distributionServer(asking.env), manifestPath(channel)]));
  const manifest = records.get("day-manifest", key);
  const pin = manifest && { date: channel.date ?? "", release: "", manifest };
  const release = await releaseOf(channel, pin, asking);
  const found = release.ok ? asDigest(release.value.sha256) : undefined;
  if (found !== undefined) records.set("day-manifest", key, found);
  return release;
}

/** That there is no such release, with those that there are near it, as far as it takes few questions to find out. */
export async function withNearReleases(
  problem: Diagnostic,
  { track, date }: Pick<Channel, "track" | "date">,
  asking: Pick<Asking, "env" | "signal">,
): Promise<Diagnostic> {
  const note = date === undefined ? await nearVersion(track, asking) : await nearDays(track, date, asking);
  return note === undefined ? problem : { ...problem, notes: [note, ...problem.notes] };
}

async function nearDays(track: string, date: string, asking: Pick<Asking, "env" | "signal">) {
  const find = async (step: 1 | -1): Promise<string | undefined> => {
    const days = Array.from({ length: 7 }, (_, index) => dayFrom(date, step * (index + 1)));
    const found = await Promise.all(
      days.map(async (day) => {
        const sum = await textAt(`${manifestPath({ track, date: day })}.sha256`, asking);
        return sum === undefined ? undefined : `${track}-${day}`;
      }),
    );
    return found.find((name) => name !== undefined);
  };
  const near = (await Promise.all([find(-1), find(1)])).filter((name) => name !== undefined);
  if (near.length === 0) return undefined;
  return near.length === 1
    ? `the nearest release is ${near[0]}`
    : `the nearest releases are ${near.join(" and ")}`;
}

/** The newest patch of the same minor version, else the newest release. */
async function nearVersion(track: string, asking: Pick<Asking, "env" | "signal">) {
  const minor = /^\d+\.\d+(?=\.)/.exec(track)?.[0];
  const of = minor === undefined ? undefined : await versionOf(minor, asking);
  if (of !== undefined) return `the newest ${minor} is ${of}`;
  const stable = track === "stable" ? undefined : await versionOf("stable", asking);
  return stable === undefined ? undefined : `the newest stable release is ${stable}`;
}

async function versionOf(track: string, asking: Pick<Asking, "env" | "signal">) {
  const text = await textAt(manifestPath({ track }), asking);
  const manifest = text === undefined ? undefined : parseChannelManifest(track, text);
  return manifest?.ok ? manifest.value.packages.get("rustc")?.version.replace(/ .*/, "") : undefined;
}

async function textAt(path: string, asking: Pick<Asking, "env" | "signal">): Promise<string | undefined> {
  const text = await downloadText(`${distributionServer(asking.env)}/dist/${path}`, {
    ...asking,
    limit: longestManifest,
  });
  return text.ok ? text.value : undefined;
}

function dayFrom(day: string, days: number): string {
  const time = new Date(`${day}T00:00:00Z`);
  time.setUTCDate(time.getUTCDate() + days);
  return time.toISOString().slice(0, 10);
}
