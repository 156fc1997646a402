import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Archive, ChannelManifest, PackageOf } from "./channelManifest.ts";

/** What a toolchain is to consist of, in the words of rustup's users. */
export type WantedParts = {
  readonly profile: "minimal" | "default" | "complete";
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

/**
 * The parts of a release that make up a toolchain for a platform, each once, in the order of their names. What a profile
 * names and the platform does not have is left out, as rustup leaves it out; what was asked for by name is not.
 *
 * Errors: `component-missing`, `target-missing`, with the words that rustup has for them.
 *
 * @param channel what the release is called in messages
 */
export function chooseComponents(
  manifest: ChannelManifest,
  host: string,
  { channel, wanted }: { readonly channel: string; readonly wanted: WantedParts },
): Result<readonly Component[]> {
  const chosen = new Map<string, Component>();
  const installable = manifest.installable.get(host) ?? [];
  const add = (part: PackageOf): boolean => {
    const package_ = manifest.packages.get(part.name);
    const archive = package_?.archives.get(part.target);
    if (!package_ || !archive) return false;
    chosen.set(componentName(part), { ...part, ...archive, version: package_.version });
    return true;
  };
  if (!add({ name: "rustc", target: host })) return err(unknownPlatform(channel, host, manifest));
  for (const name of manifest.profiles.get(wanted.profile) ?? ["rustc", "cargo", "rust-std"]) {
    const part = installable.find(
      (each) => each.name === name && (each.target === host || each.target === "*"),
    );
    if (part) add(part);
  }
  for (const name of wanted.components) {
    const part = partCalled(name, host, manifest);
    if (!part) return err(unknownComponent(name, channel, manifest));
    if (!add(part)) return err(lackingComponent(part, channel, manifest));
  }
  for (const target of wanted.targets) {
    const part = { name: "rust-std", target };
    if (!manifest.packages.get(part.name)?.archives.has(target))
      return err(unknownTarget(target, channel, manifest));
    if (!add(part)) return err(lackingComponent(part, channel, manifest));
  }
  return ok([...chosen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, component]) => component));
}

/** The package that a user's word means: `clippy`, `clippy-preview`, `rust-std-wasm32-wasip1`. */
function partCalled(word: string, host: string, manifest: ChannelManifest): PackageOf | undefined {
  const installable = manifest.installable.get(host) ?? [];
  const named = (name: string, target: string | undefined): PackageOf | undefined => {
    const own = manifest.packages.has(name) ? name : manifest.renames.get(name);
    return installable.find(
      (each) =>
        each.name === own &&
        (target === undefined ? [host, "*"].includes(each.target) : each.target === target),
    );
  };
  const dashes = [...word.matchAll(/-/g)].map(({ index }) => index);
  const split = dashes.map((at) => named(word.slice(0, at), word.slice(at + 1)));
  return named(word, undefined) ?? split.find((part) => part !== undefined);
}

function unknownPlatform(channel: string, host: string, manifest: ChannelManifest): Diagnostic {
  const known = [...(manifest.packages.get("rustc")?.archives.keys() ?? [])];
  return diagnostic("toolchain-missing", `toolchain \`${channel}\` has no compiler for \`${host}\``, {
    notes: [`it has compilers for ${known.slice(0, 6).join(", ")}${known.length > 6 ? ", …" : ""}`],
  });
}

function unknownComponent(name: string, channel: string, manifest: ChannelManifest): Diagnostic {
  const names = [...manifest.renames.keys(), ...manifest.packages.keys()].filter((each) => each !== "rust");
  const meant = nearest(name, names);
  return diagnostic("component-missing", `toolchain \`${channel}\` does not contain component \`${name}\``, {
    help: meant === undefined ? [] : [`did you mean \`${meant}\`?`],
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

function lackingComponent(part: PackageOf, channel: string, { renames, date }: ChannelManifest): Diagnostic {
  const name = [...renames].find(([, own]) => own === part.name)?.[0] ?? part.name;
  const platform = part.target === "*" ? "" : ` for \`${part.target}\``;
  return diagnostic("component-missing", `component \`${name}\`${platform} is not in \`${channel}\``, {
    notes: [`the release of ${date} was made without it`],
  });
}
