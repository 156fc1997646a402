import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChannelManifest, parseChannelManifest } from "../../../src/fetch/toolchain/channelManifest.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

/** The platform that the published manifests here were cut down to (`scripts/reduceManifest.ts`). */
export const host = "x86_64-unknown-linux-gnu";

const directory = join(import.meta.dirname, "manifests");

export const publishedReleases = readdirSync(directory).map((name) => name.replace(/\.toml$/, ""));

export function manifestText(release: string): string {
  return readFileSync(join(directory, `${release}.toml`), "utf8");
}

/** What was published of a release, as it is on the server, for one platform. */
export function publishedManifest(release: string): ChannelManifest {
  return valueOfResult(parseChannelManifest(release, manifestText(release)));
}
