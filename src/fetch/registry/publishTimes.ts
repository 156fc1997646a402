import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { textOf } from "../../tree/files.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { cargoHome } from "../userCargoConfig.ts";
import { type AskingCargo, askCargo } from "./askCargo.ts";
import { writeFetchPackage } from "./fetchCrates.ts";

type Asking = AskingCargo & { readonly offline: boolean };

/** When each crate was published; null: its registry does not tell. */
type PublishTimes = ReadonlyMap<LockedCrate, string | null>;

/**
 * When crates were published, as the registry's index says (`pubtime`, of which Cargo's own `min-publish-age` goes by, too).
 * It is read in what Cargo keeps of the index, wherever an entry has the crate's checksum, so that mirrors count as well;
 * where none has, Cargo is told to ask. What was found is remembered, as it never changes.
 *
 * Errors: `publish-time-unknown`; `registry-auth`, `fetch-failed`, `cargo-missing`, `interrupted`.
 */
export async function publishTimes(
  crates: readonly LockedCrate[],
  store: Store,
  asking: Asking,
): Promise<Result<PublishTimes>> {
  const times = new Map<LockedCrate, string | null>();
  for (const crate of crates) {
    const known = store.records.get("published", recordKey(crate));
    if (known !== undefined) times.set(crate, known);
  }
  const missing = () => crates.filter((crate) => !times.has(crate));
  const look = () => {
    for (const [crate, time] of timesInCache(missing(), cargoHome(asking.env, asking.workspaceDir))) {
      times.set(crate, time);
      if (time !== null) store.records.set("published", recordKey(crate), time);
    }
  };
  look();
  if (missing().length === 0) return ok(times);
  if (asking.offline) return err(unknown(missing(), ["run once without --offline"]));
  await using scratch = await store.tempDir("publish-times");
  const manifest = writeFetchPackage(scratch.path, { dependencies: missing(), locked: crates });
  // Cargo's own rule of this kind is for who chooses versions, and these are chosen.
  const env = { ...asking.env, CARGO_RESOLVER_INCOMPATIBLE_PUBLISH_AGE: "allow" };
  const wanted = `when ${many(missing())} published`;
  const asked = await askCargo(["update", "--workspace"], manifest, { ...asking, env, wanted });
  if (!asked.ok) return err(asked.error.error);
  look();
  return missing().length === 0 ? ok(times) : err(unknown(missing(), []));
}

function recordKey(crate: LockedCrate): string {
  return `${crate.checksum} ${crateStem(crate)}`;
}

/**
 * Of Cargo's cache of registry indexes: `registry/index/REGISTRY/.cache/se/rd/serde`, versions and their lines of the index
 * in turn, each ended by a zero byte (Cargo 1.95). Of several entries the latest time counts.
 */
function timesInCache(crates: readonly LockedCrate[], home: string): PublishTimes {
  const index = join(home, "registry/index");
  const directories = existsSync(index) ? readdirSync(index) : [];
  const times = new Map<LockedCrate, string | null>();
  for (const crate of crates) {
    const entries = directories.flatMap((each) =>
      entriesIn(join(index, each, ".cache", cachePath(crate.name)), crate),
    );
    if (entries.length === 0) continue;
    const told = entries.flatMap(({ pubtime }) =>
      typeof pubtime === "string" && !Number.isNaN(Date.parse(pubtime)) ? [pubtime] : [],
    );
    times.set(crate, told.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null);
  }
  return times;
}

function entriesIn(file: string, crate: LockedCrate): Record<string, unknown>[] {
  const fields = textOf(file)?.split("\0") ?? [];
  return fields.flatMap((field) => {
    if (!field.startsWith("{") || !field.includes(crate.checksum)) return [];
    // Cargo may be writing it.
    const entry = parsedJson(field);
    const isIt = isRecord(entry) && entry.cksum === crate.checksum && entry.vers === crate.version;
    return isIt ? [entry] : [];
  });
}

/** Where an index, and Cargo's cache of one, have what they say of a crate. */
export function cachePath(name: string): string {
  const lower = name.toLowerCase();
  if (lower.length < 3) return `${lower.length}/${lower}`;
  if (lower.length === 3) return `3/${lower[0]}/${lower}`;
  return `${lower.slice(0, 2)}/${lower.slice(2, 4)}/${lower}`;
}

function unknown(crates: readonly LockedCrate[], help: readonly string[]): Diagnostic {
  const listed = crates.slice(0, 5).map(({ name, version }) => `\`${name}\` ${version}`);
  const more = crates.length > listed.length ? [`and ${crates.length - listed.length} more`] : [];
  return diagnostic("publish-time-unknown", `it is not known when ${many(crates)} published`, {
    notes: [...listed, ...more, "no entry of these checksums is in what Cargo keeps of the registry's index"],
    help,
  });
}

function many(crates: readonly LockedCrate[]): string {
  return crates.length === 1 ? "1 crate was" : `${crates.length} crates were`;
}
