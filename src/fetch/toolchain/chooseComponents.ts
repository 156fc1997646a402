import { type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainProfile } from "../../derivation/model.ts";
import type { Archive, ChannelManifest, PackageOf } from "./channelManifest.ts";

/** What a toolchain is to consist of, in the words of rustup's users. */
export type WantedParts = {
  /** Default: `default` without the documentation, as far as the release has it. */
  readonly profile?: ToolchainProfile | undefined;
  /** `clippy`, `rust-src`; also with a platform: `rust-std-wasm32-unknown-unknown`. */
  readonly components: readonly string[];
  /** Platforms whose standard library is wanted besides the host's. */
  readonly targets: readonly string[];
};

/** One part of a toolchain, as a release has it. */
export type Component = PackageOf & Archive & { readonly version: string };

/** @param component its names, for example from a lock */
export function componentName({ name, target }: PackageOf): string {
  return target === "*" ? name : `${name}-${target}`;
}

type Choosing = {
  /** What the release is called in messages. */
  readonly channel: string;
  readonly wanted: WantedParts;
};

/**
 * The parts of a release that make up a toolchain for a platform, each once, in the order of their names. What a profile
 * names and the platform never has is left out, as rustup leaves it out.
 *
 * Errors: `toolchain-missing` without a compiler, `component-missing`, `target-missing`; all that is missing at once.
 */
export function chooseComponents(
  manifest: ChannelManifest,
  host: string,
  { channel, wanted }: Choosing,
): Result<readonly Component[]> {
  const of = (part: PackageOf) => manifest.packages.get(part.name)?.archives.get(part.target);
  if (!of({ name: "rustc", target: host })) return err(unknownPlatform(channel, host, manifest));
  const { parts, unknown } = partsOf(manifest, host, wanted);
  const [first, ...others] = [
    ...unknown.map((word) => unknownComponent(word, channel, { manifest, host })),
    ...parts.filter((part) => !of(part)).map((part) => lacking(part, channel, { manifest, host, ...wanted })),
  ];
  if (first) return err(together(first, others));
  const chosen = parts.flatMap((part): (readonly [string, Component])[] => {
    const [archive, version] = [of(part), manifest.packages.get(part.name)?.version ?? ""];
    return archive ? [[componentName(part), { ...part, ...archive, version }]] : [];
  });
  return ok([...new Map(chosen)].sort(([a], [b]) => byCodeUnit(a, b)).map(([, component]) => component));
}

/** Whether a release was made without something that it would have on other days. */
export function isIncomplete(manifest: ChannelManifest, host: string, wanted: WantedParts): boolean {
  const { parts, unknown } = partsOf(manifest, host, wanted);
  const isListed = ({ name, target }: PackageOf) => manifest.packages.get(name)?.archives.has(target);
  return (
    unknown.length === 0 &&
    parts.every(isListed) &&
    !chooseComponents(manifest, host, { channel: "", wanted }).ok
  );
}

/** The packages that are meant, whether the release has them or not; and the words that mean none. */
function partsOf(manifest: ChannelManifest, host: string, { profile, components, targets }: WantedParts) {
  const own = (names: readonly string[]) =>
    names.flatMap((name) => manifest.installable.get(host)?.find((each) => isOwn(each, name, host)) ?? []);
  const basic = ["rustc", "cargo", "rust-std"];
  const named = manifest.profiles.get(profile ?? "default");
  const of = named ? own(named) : (manifest.basic.get(host) ?? []);
  // Nobody asked for these by name.
  const optional = (part: PackageOf) =>
    profile !== undefined ||
    (part.name !== "rust-docs" && manifest.packages.get(part.name)?.archives.get(part.target) !== undefined);
  const found = components.map((word) => ({ word, part: partCalled(word, host, manifest) }));
  return {
    parts: [
      ...basic.map((name) => ({ name, target: host })),
      ...of.filter((part) => optional(part)),
      ...found.flatMap(({ part }) => part ?? []),
      ...targets.map((target) => ({ name: "rust-std", target })),
    ],
    unknown: found.flatMap(({ word, part }) => (part ? [] : [word])),
  };
}

function isOwn(part: PackageOf, name: string, host: string): boolean {
  return part.name === name && (part.target === host || part.target === "*");
}

/** The package that a user's word means: `clippy`, `clippy-preview`, `rust-std-wasm32-wasip1`. */
function partCalled(word: string, host: string, manifest: ChannelManifest): PackageOf | undefined {
  const installable = manifest.installable.get(host) ?? [];
  const named = (name: string, target: string | undefined): PackageOf | undefined => {
    const own = manifest.packages.has(name) ? name : manifest.renames.get(name);
    if (own === undefined) return undefined;
    return installable.find((each) =>
      target === undefined ? isOwn(each, own, host) : each.name === own && each.target === target,
    );
  };
  const dashes = [...word.matchAll(/-/g)].map(({ index }) => index);
  const split = dashes.map((at) => named(word.slice(0, at), word.slice(at + 1)));
  return named(word, undefined) ?? split.find((part) => part !== undefined);
}

type Of = { readonly manifest: ChannelManifest; readonly host: string };

function unknownPlatform(channel: string, host: string, manifest: ChannelManifest): Diagnostic {
  const archives = [...(manifest.packages.get("rustc")?.archives ?? [])];
  const known = archives.flatMap(([platform, archive]) => (archive ? [platform] : []));
  return diagnostic("toolchain-missing", `toolchain \`${channel}\` has no compiler for \`${host}\``, {
    notes: [
      known.length === 0
        ? `the release of ${manifest.date} was made without any`
        : `it has compilers for ${known.slice(0, 6).join(", ")}${known.length > 6 ? ", …" : ""}`,
    ],
  });
}

function unknownComponent(word: string, channel: string, { manifest, host }: Of): Diagnostic {
  const own = (manifest.installable.get(host) ?? []).filter((each) => isOwn(each, each.name, host));
  const names = own.map(({ name }) => usualName(name, manifest));
  const meant =
    nearest(
      word,
      names.flatMap((name) => [name, `${name}-preview`]),
    ) ?? containing(word, names);
  const platforms = [...(manifest.packages.get(word)?.archives.keys() ?? [])];
  return diagnostic("component-missing", `toolchain \`${channel}\` does not contain component \`${word}\``, {
    notes:
      platforms.length > 0
        ? [
            `it is not for \`${host}\`, but for ${platforms.slice(0, 3).join(", ")}${platforms.length > 3 ? ", …" : ""}`,
          ]
        : meant === undefined
          ? [`it has ${names.sort(byCodeUnit).join(", ")}`]
          : [],
    help:
      meant === undefined || platforms.length > 0
        ? []
        : [`did you mean \`${meant.replace(/-preview$/, "")}\`?`],
  });
}

/** `fmt`: `rustfmt`. */
function containing(word: string, names: readonly string[]): string | undefined {
  return word.length > 2 ? names.find((name) => name.includes(word)) : undefined;
}

/** What users call a package: `clippy`. */
function usualName(name: string, { renames }: ChannelManifest): string {
  return [...renames].find(([, own]) => own === name)?.[0] ?? name;
}

function lacking(
  part: PackageOf,
  channel: string,
  { manifest, host, profile }: Of & Pick<WantedParts, "profile">,
): Diagnostic {
  const { name, target } = part;
  const isListed = manifest.packages.get(name)?.archives.has(target) === true;
  if (name === "rust-std" && !isListed) return unknownTarget(target, channel, manifest);
  const notes = [`the release of ${manifest.date} was made without it`];
  if (name === "rust-std" && target !== host)
    return diagnostic("target-missing", `\`${channel}\` has no standard library for \`${target}\``, {
      notes,
    });
  const platform = target === "*" ? "" : ` for \`${target}\``;
  const usual = usualName(name, manifest);
  const isOfProfile = profile !== undefined && manifest.profiles.get(profile)?.includes(name) === true;
  return diagnostic("component-missing", `component \`${usual}\`${platform} is not in \`${channel}\``, {
    notes: isOfProfile ? [...notes, `it is part of the profile \`${profile}\``] : notes,
    help:
      isOfProfile && profile !== "minimal"
        ? ["ask for the profile `minimal`, and what you need by name"]
        : [],
  });
}

function unknownTarget(target: string, channel: string, manifest: ChannelManifest): Diagnostic {
  const meant = nearest(target, [...(manifest.packages.get("rust-std")?.archives.keys() ?? [])]);
  return diagnostic("target-missing", `toolchain \`${channel}\` has no standard library for \`${target}\``, {
    notes: [
      "for platforms of tier 3 there is none: `-Z build-std` compiles it, with the component `rust-src`",
    ],
    help: meant === undefined ? [] : [`did you mean \`${meant}\`?`],
  });
}
