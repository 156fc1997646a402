import { relative } from "node:path";
import { parseChannel } from "../../cargo/config/channel.ts";
import { type Call, callOf } from "../../crane/arguments/calls.ts";
import type { LibContext } from "../../crane/arguments/libContext.ts";
import type { CrateRegistry, ToolchainRequest } from "../../derivation/model.ts";
import { allTargets, describedToolchain, hostTriple } from "../../fetch/toolchain/findToolchain.ts";
import { componentsOf } from "../../fetch/toolchain/installedToolchain.ts";
import {
  attribute,
  data,
  list,
  localPath,
  type Nix,
  call as nixCall,
  set,
  string,
  word,
} from "../nix/nix.ts";
import { cannot, defined, type Scope, usesFlake } from "./scope.ts";

/** Crane's functions with one toolchain, and that toolchain. */
export type FlakeLib = {
  /** `craneLib`. */
  readonly lib: Nix;
  /** The one of rust-overlay; undefined: it is nixpkgs' own. */
  readonly toolchain: Nix | undefined;
};

/** What of a toolchain the steps want that have it, besides what is said of it itself. */
export type ToolchainWants = {
  readonly targets: ReadonlySet<string>;
  readonly components: ReadonlySet<string>;
};

/** What tells a `lib` from others. */
export function libKey({ toolchain, registries = [] }: LibContext): string {
  return JSON.stringify({ toolchain, registries });
}

/**
 * The `lib` of a context, by `overrideToolchain` and `appendCrateRegistries`. Where the project says no toolchain, it is that of
 * nixpkgs.
 */
export function flakeLib(scope: Scope, context: LibContext, wants: ToolchainWants): FlakeLib {
  const toolchain = toolchainOf(scope, context.toolchain, wants);
  const lib = defined(scope, { of: `lib ${libKey(context)}`, name: "craneLib" }, () => {
    const plain = nixCall({ kind: "select", of: usesFlake(scope, "crane"), name: "mkLib" }, word("pkgs"));
    const overridden = toolchain
      ? nixCall({ kind: "select", of: plain, name: "overrideToolchain" }, toolchain)
      : plain;
    const { registries = [] } = context;
    if (registries.length === 0) return overridden;
    const base = definedBase(scope, overridden);
    const items = registries.map((registry) => registryOf(scope, base, registry));
    return nixCall({ kind: "select", of: base, name: "appendCrateRegistries" }, list(items));
  });
  return { lib, toolchain };
}

/** `registryFromSparse` and its like are functions of a lib, too. */
function definedBase(scope: Scope, lib: Nix): Nix {
  return defined(scope, { of: `base ${JSON.stringify(lib)}`, name: "craneBase" }, () => lib);
}

function registryOf(scope: Scope, lib: Nix, registry: CrateRegistry): Nix {
  const made = callOf(registry);
  const args = data(made?.args);
  if (made === undefined || args === undefined)
    return cannot(scope, `the registry \`${registry.source}\` was not made by a function of \`crane\``, {
      help: ["crane.registryFromSparse({ indexUrl })"],
    });
  if (made.verb === "registryFromSparse" && !("configSha256" in registry))
    return cannot(scope, `a flake has no \`registryFromSparse\` without the checksum of \`config.json\``, {
      call: made,
      notes: ["Nix downloads nothing whose content it does not know"],
      help: [
        `find it out: curl -s ${"configUrl" in registry ? registry.configUrl : ""} | sha256sum, and add it: configSha256: "…"`,
        "or say where crates are downloaded from: crane.registryFromDownloadUrl({ indexUrl, dl })",
      ],
    });
  return nixCall({ kind: "select", of: lib, name: made.verb }, args);
}

function toolchainOf(scope: Scope, request: ToolchainRequest, wants: ToolchainWants): Nix | undefined {
  const described = describedToolchain(request, scope.project);
  if (!described.ok) {
    scope.problems.push(described.error);
    return undefined;
  }
  const { channel, isHost } = described.value;
  const call = callOf(request);
  const targets = sorted([...allTargets(described.value), ...wants.targets]);
  const components = sorted([
    ...componentsOf(described.value),
    ...(described.value.sources ? ["rust-src"] : []),
    ...wants.components,
  ]);
  if (isHost || channel === undefined) {
    if (targets.length === 0 && components.length === 0) return undefined;
    return toolchain(scope, { channel: "stable", profile: undefined, components, targets, call });
  }
  const file = request.file ?? ofProject(scope);
  const isFromFile = request.channel === undefined && file !== undefined;
  const hasAll = (all: readonly string[], own: readonly string[]) => all.every((each) => own.includes(each));
  const filed = describedToolchain({ ...request, components: [], targets: [], platforms: [] }, scope.project);
  if (
    isFromFile &&
    filed.ok &&
    hasAll(targets, allTargets(filed.value)) &&
    hasAll(components, componentsOf(filed.value))
  )
    return defined(scope, { of: `file ${file}`, name: "rustToolchain" }, () => {
      usesFlake(scope, "rust-overlay");
      return nixCall("pkgs.rust-bin.fromRustupToolchainFile", localPath(file));
    });
  return toolchain(scope, { channel, profile: described.value.profile, components, targets, call });
}

function ofProject({ project }: Scope): string | undefined {
  return project.toolchainFile === undefined ? undefined : relative(project.root, project.toolchainFile);
}

type Wanted = {
  readonly channel: string;
  readonly profile: ToolchainRequest["profile"];
  readonly components: readonly string[];
  readonly targets: readonly string[];
  readonly call: Call | undefined;
};

function toolchain(scope: Scope, { call: at, ...wanted }: Wanted): Nix {
  const track = /^(beta|nightly)/.exec(wanted.channel)?.[1];
  const name = track === undefined ? "rustToolchain" : `rust${track[0]?.toUpperCase()}${track.slice(1)}`;
  return defined(scope, { of: JSON.stringify(wanted), name }, () => {
    usesFlake(scope, "rust-overlay");
    const { profile = "default", components, targets } = wanted;
    const more = set([
      ...(components.length > 0
        ? [["extensions", list(components.map((each) => string(each)))] as const]
        : []),
      ...(targets.length > 0 ? [["targets", list(targets.map((each) => string(each)))] as const] : []),
    ]);
    const isPlain = components.length + targets.length === 0;
    const with_ = (base: string) => (isPlain ? word(base) : nixCall(`${base}.override`, more));
    const release = releaseOf(scope, wanted.channel, at);
    if (release === "latest nightly")
      return nixCall("pkgs.rust-bin.selectLatestNightlyWith", {
        kind: "function",
        parameter: "toolchain",
        body: with_(`toolchain.${profile}`),
      });
    return release === undefined ? word("null") : with_(`pkgs.rust-bin.${release}.${profile}`);
  });
}

/** Which of rust-overlay's a channel is; a release that `gantry.lock` pins is that one. */
function releaseOf(scope: Scope, channel: string, call: Call | undefined): string | undefined {
  const release = parseChannel(channel, hostTriple());
  const pin = release && !release.isFixed ? scope.pins.toolchain.get(release.name) : undefined;
  const pinned = pin?.release.split(" ")[0] ?? "";
  if (pin && /-(?:beta|nightly)/.test(pinned)) return `${release?.track}.${attribute(pin.date)}`;
  const version = /^\d+\.\d+\.\d+$/.exec(pin ? pinned : channel)?.[0];
  if (version !== undefined) return `stable.${attribute(version)}`;
  if (channel === "stable" || channel === "beta") return `${channel}.latest`;
  if (channel === "nightly") return "latest nightly";
  if (release?.date !== undefined && release.track !== "stable")
    return `${release.track}.${attribute(release.date)}`;
  cannot(scope, `rust-overlay has no toolchain \`${channel}\``, {
    call,
    notes: ["it has whole versions, `stable`, `beta` and `nightly` of a day, and the newest of these"],
    help: [
      'name one in the configuration: crane.overrideToolchain(toolchains.stable("1.95.0"))',
      ...(release ? ["or have `gantry.lock` pin what it means: gantry build"] : []),
    ],
  });
  return undefined;
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
