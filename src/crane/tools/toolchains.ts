import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { isDay } from "../../cargo/config/channel.ts";
import type { ToolchainProfile, ToolchainRequest } from "../../derivation/model.ts";
import { words } from "../arguments/arguments.ts";
import { recorded } from "../arguments/calls.ts";
import { checkArgument, checkArguments, refuse, type Schema } from "../arguments/refuse.ts";

/** What a toolchain is to have besides the compiler, Cargo and the standard library of the machine. */
type Parts = {
  /**
   * What a download has besides what is named, as for rustup: `minimal` nothing, `default` Clippy, rustfmt and the
   * documentation. Default: `default` without the documentation, which no build reads.
   */
  readonly profile?: ToolchainProfile;
  /** `clippy`, `rust-src`, `llvm-tools`. Default: none. */
  readonly components?: readonly string[];
  /** Triples to compile for. Default: none. */
  readonly targets?: readonly string[];
};

/**
 * Toolchains by channel. They describe; nothing is looked for or downloaded before a step needs it.
 *
 * Errors: each of them refuses arguments that cannot be meant (`configuration-argument`).
 *
 * @example
 * const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { components: ["clippy", "rustfmt"] }));
 */
export const toolchains = {
  /**
   * A stable release.
   *
   * @param version `1.95.0`; `1.95`: the newest of its patches; `latest`: what `gantry.lock` pins as `stable`
   * @example
   * toolchains.stable("1.95.0", { profile: "minimal", components: ["clippy"], targets: ["wasm32-wasip1"] })
   */
  stable(version: string, parts: Parts = {}): ToolchainRequest {
    if (isLatest("stable", version, parts)) return { ...request("stable", parts), isPinned: true };
    if (!/^\d+\.\d+(\.\d+)?$/.test(version))
      refuseName("stable", version, { is: "no version of Rust", takes: ["1.95.0", "1.95", "latest"] });
    return request(version, parts);
  },
  /**
   * The beta of a day.
   *
   * @param date `2026-10-01`; `latest`: what `gantry.lock` pins as `beta`
   */
  beta: (date: string, parts: Parts = {}): ToolchainRequest => dated("beta", date, parts),
  /**
   * The nightly of a day.
   *
   * @param date `2026-10-01`; `latest`: what `gantry.lock` pins as `nightly`
   * @example
   * toolchains.nightly("2026-05-15", { components: ["miri", "rust-src"] })
   */
  nightly: (date: string, parts: Parts = {}): ToolchainRequest => dated("nightly", date, parts),
  /**
   * What a toolchain file says, whatever `RUSTUP_TOOLCHAIN` and `rustup override` say; without an argument, the one that
   * rustup starts in the project.
   *
   * @param file a path from the project's root
   * @example
   * toolchains.fromFile("rust-toolchain.toml")
   */
  fromFile(file?: string): ToolchainRequest {
    checkArgument("toolchains.fromFile", v.optional(v.string()), file);
    return { ...(file !== undefined && { file }), components: [], targets: [] };
  },
  /** What the machine has: rustup's default, else the one on the `PATH`. It is never downloaded, and not pinned. */
  host(...none: readonly never[]): ToolchainRequest {
    if (none.length > 0)
      refuse(
        diagnostic("configuration-argument", "`toolchains.host` takes no argument", {
          notes: ["it means what this machine has, whatever that is"],
          help: ['a release is named otherwise: toolchains.stable("1.95.0")'],
          status: 2,
        }),
      );
    return { isHost: true, components: [], targets: [] };
  },
} as const;

export const profileSchema = v.picklist(
  ["minimal", "default", "complete"],
  "`minimal`, `default` or `complete`",
);

const partsSchema = {
  profile: v.optional(profileSchema),
  components: v.optional(words),
  targets: v.optional(words),
} satisfies Schema<Parts>;

function dated(track: "beta" | "nightly", date: string, parts: Parts): ToolchainRequest {
  if (isLatest(track, date, parts)) return { ...request(track, parts), isPinned: true };
  const takes = ["2026-10-01", "latest"];
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) refuseName(track, date, { is: "no date", takes });
  if (!isDay(date)) refuseName(track, date, { is: "no day of the calendar", takes });
  return request(`${track}-${date}`, parts);
}

/** Checks the arguments, too. */
function isLatest(track: Track, name: string, parts: Parts): boolean {
  checkArgument(`toolchains.${track}`, v.string(), name);
  checkArguments(`toolchains.${track}`, partsSchema, parts);
  return name === "latest";
}

function request(channel: string, parts: Parts): ToolchainRequest {
  const { profile, components = [], targets = [] } = parts;
  const asked = { channel, ...(profile !== undefined && { profile }), components, targets };
  return recorded(asked, { verb: "toolchains", args: asked });
}

type Track = "stable" | "beta" | "nightly";

function refuseName(
  track: Track,
  name: string,
  { is, takes }: { readonly is: string; readonly takes: readonly string[] },
): never {
  refuse(
    diagnostic("configuration-argument", `\`${name}\` is ${is}, which \`toolchains.${track}\` takes`, {
      notes: [`it takes ${takes.map((each) => JSON.stringify(each)).join(", ")}`],
      help: meant(track, name),
      status: 2,
    }),
  );
}

/** What was probably meant, as it would be written. */
function meant(track: Track, name: string): string[] {
  const [, other = track, rest = name] = /^(stable|beta|nightly)(?:-(.*))?$/.exec(name) ?? [];
  const calls = { stable: /^\d+\.\d+(\.\d+)?$/, beta: /^\d{4}-\d{2}-\d{2}$/, nightly: /^\d{4}-\d{2}-\d{2}$/ };
  const bare = rest.replace(/^v(?=\d)/, "");
  if (bare === other || nearest(bare, ["latest"]) !== undefined)
    return [`did you mean toolchains.${other}("latest")?`];
  const takers = (Object.keys(calls) as Track[]).filter((each) => calls[each].test(bare));
  const taker = takers.find((each) => each === other) ?? takers[0];
  if (taker === undefined || (taker === track && bare === name)) return [];
  return [`did you mean toolchains.${taker}(${JSON.stringify(bare)})?`];
}
