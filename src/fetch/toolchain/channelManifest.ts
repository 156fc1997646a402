import { mkdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isTable, parseToml, type TomlTable, type TomlValue } from "../../cargo/toml/toml.ts";
import type { Store } from "../../store/store.ts";
import { textOf } from "../../tree/files.ts";
import { placeOfPin, type ToolchainPin } from "../gantryLock.ts";

/**
 * What a release of Rust consists of: the channel manifest of its distribution, version 2
 * (https://forge.rust-lang.org/infra/channel-layout.html). Packages are what rustup's users call components.
 */
export type ChannelManifest = {
  /** The day of the release: `2026-04-16`. */
  readonly date: string;
  /** By their own names, `clippy-preview` among them. */
  readonly packages: ReadonlyMap<string, ReleasePackage>;
  /** Names that users know, and the packages that they mean: `clippy`. */
  readonly renames: ReadonlyMap<string, string>;
  /** The packages of each profile; those that a platform does not have count for nothing there. */
  readonly profiles: ReadonlyMap<string, readonly string[]>;
  /** By platform, what may be installed for a compiler that runs there. */
  readonly installable: ReadonlyMap<string, readonly PackageOf[]>;
  /** Of these, what a release from before there were profiles (Rust 1.38) consists of. */
  readonly basic: ReadonlyMap<string, readonly PackageOf[]>;
};

/** A package, and the platform that it is for; `*`: for all. */
export type PackageOf = { readonly name: string; readonly target: string };

export type ReleasePackage = {
  /** `1.95.0 (59807616e 2026-04-14)`. */
  readonly version: string;
  /** By platform, or `*`: where its archive lies, and what that is verified by; undefined where the release lacks it. */
  readonly archives: ReadonlyMap<string, Archive | undefined>;
};

/** An archive, packed with `xz`; before Rust 1.19 with `gzip`. */
export type Archive = { readonly url: string; readonly sha256: string };

/**
 * Reads a channel manifest. What is not understood is passed over, since each release may add to it.
 *
 * Errors: `toml-syntax`; `manifest-unusable` for another version.
 *
 * @param file what the manifest is called in messages
 */
export function parseChannelManifest(file: string, text: string): Result<ChannelManifest> {
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { table } = document.value;
  const version = textIn(table, "manifest-version");
  if (version !== "2")
    return err(
      diagnostic("manifest-unusable", `\`${file}\` is no channel manifest of version 2`, {
        notes: [version === "" ? "it has no `manifest-version`" : `it is of version \`${version}\``],
      }),
    );
  const packages = tablesIn(table, "pkg");
  const platforms = tablesIn(packages.find(([name]) => name === "rust")?.[1] ?? {}, "target");
  const listed = (keys: readonly string[]) =>
    new Map(platforms.map(([name, of]) => [name, keys.flatMap((key) => packagesIn(of, key))]));
  return ok({
    date: textIn(table, "date"),
    packages: new Map(packages.map(([name, of]) => [name, releasePackage(of)])),
    renames: new Map(tablesIn(table, "renames").map(([name, of]) => [name, textIn(of, "to")])),
    profiles: new Map(Object.entries(tableIn(table, "profiles")).map(([name, of]) => [name, texts(of)])),
    installable: listed(["components", "extensions"]),
    basic: listed(["components"]),
  });
}

function releasePackage(of: TomlTable): ReleasePackage {
  const archives = tablesIn(of, "target").map(([target, at]) => {
    const packed = [
      { url: textIn(at, "xz_url"), sha256: textIn(at, "xz_hash") },
      { url: textIn(at, "url"), sha256: textIn(at, "hash") },
    ];
    const archive = packed.find(({ url, sha256 }) => url !== "" && /^[0-9a-f]{64}$/.test(sha256));
    return [target, at.available === true ? archive : undefined] as const;
  });
  return { version: textIn(of, "version"), archives: new Map(archives) };
}

function packagesIn(of: TomlTable, key: string): PackageOf[] {
  const list = of[key];
  if (!Array.isArray(list)) return [];
  return list
    .filter(isTable)
    .map((each) => ({ name: textIn(each, "pkg"), target: textIn(each, "target") || "*" }));
}

function textIn(table: TomlTable, key: string): string {
  const value = table[key];
  return typeof value === "string" ? value : "";
}

function tableIn(table: TomlTable, key: string): TomlTable {
  const value = table[key];
  return isTable(value) ? value : {};
}

function tablesIn(table: TomlTable, key: string): (readonly [string, TomlTable])[] {
  return Object.entries(tableIn(table, key)).flatMap(([name, value]) =>
    isTable(value) ? [[name, value] as const] : [],
  );
}

function texts(value: TomlValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export const manifestFile = "channel.toml";

/** The day of a release, and what its compiler is called: what a pin says beside the checksum. */
type ReleaseNames = Pick<ToolchainPin, "date" | "release">;

/** Takes the manifest of a release into the store. */
export async function keepManifest(text: string, store: Store): Promise<void> {
  await using scratch = await store.tempDir("manifest");
  const directory = `${scratch.path}/manifest`;
  mkdirSync(directory);
  writeFileSync(`${directory}/${manifestFile}`, text);
  store.records.set("channel-manifest", digestOf(text), await store.addTree(directory));
}

/** The manifest with that checksum, as text, where the store has it. What another machine says that it is, is verified. */
export function keptManifest(sha256: string, store: Store): string | undefined {
  const tree = store.records.get("channel-manifest", sha256);
  const text = tree && textOf(`${store.pathOf(tree)}/${manifestFile}`);
  return text !== undefined && digestOf(text) === sha256 ? text : undefined;
}

/** Which release a manifest is of, where one with that checksum was ever seen. It is parsed once, since that takes 80 ms. */
export function knownRelease(sha256: string, store: Store): ReleaseNames | undefined {
  // It counts as used, although it is not read again.
  store.records.get("channel-manifest", sha256);
  const before = store.records.get("channel-release", sha256);
  if (before) return before;
  const text = keptManifest(sha256, store);
  const manifest = text === undefined ? undefined : parseChannelManifest(manifestFile, text);
  if (!manifest?.ok) return undefined;
  const names = namesOf(manifest.value);
  store.records.set("channel-release", sha256, names);
  return names;
}

export function namesOf({ date, packages }: ChannelManifest): ReleaseNames {
  return { date, release: packages.get("rustc")?.version ?? "" };
}

/** What an entry of `gantry.lock` says otherwise than its manifest. */
export function contradiction(
  name: string,
  pin: ToolchainPin,
  { known, lockFile }: { readonly known: ReleaseNames; readonly lockFile: string },
): Diagnostic | undefined {
  const field = (["date", "release"] as const).find((each) => pin[each] !== known[each]);
  if (field === undefined) return undefined;
  const place = placeOfPin(lockFile, "toolchain", { name, field });
  return diagnostic(
    "gantry-lock-invalid",
    `\`gantry.lock\` has another \`${field}\` for \`${name}\` than the manifest that it pins`,
    {
      ...(place && { place: { ...place, label: `the manifest says \`${known[field]}\`` } }),
      notes: [`the manifest ${pin.manifest} is that of ${known.release}, of ${known.date}`],
      help: [
        `restore the entry \`[toolchain.${JSON.stringify(name)}]\` of \`${basename(lockFile)}\`, or delete it: the next build resolves it anew`,
      ],
    },
  );
}
