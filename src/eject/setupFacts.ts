import { join, relative } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { byCodeUnit } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseChannel } from "../cargo/config/channel.ts";
import { parseLock } from "../cargo/lock/parseLock.ts";
import { parseManifest } from "../cargo/manifest/parseManifest.ts";
import { oldestRelease, requirementsOf } from "../cargo/manifest/rustVersion.ts";
import { membersAmong } from "../cargo/workspace/workspaceMembers.ts";
import { pkgs } from "../crane/pkgs/pkgs.ts";
import { recogniseNativePackages } from "../crane/pkgs/recognise.ts";
import { preCommitsOf, shellsOf } from "../crane/project.ts";
import type { DevShell } from "../derivation/devShell.ts";
import type { NativePackage, Tool, ToolchainRequest } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import { gantryLockOf, type Pins, readGantryLock } from "../fetch/gantryLock.ts";
import { lockedPackages } from "../fetch/lockedPackage.ts";
import { allTargets, describedToolchain, hostTriple } from "../fetch/toolchain/findToolchain.ts";
import { componentsOf } from "../fetch/toolchain/installedToolchain.ts";
import type { Project } from "../project/findProject.ts";
import { scanMemory } from "../project/scan/scanMemory.ts";
import { walkSource } from "../project/scan/walkSource.ts";
import { withoutSecrets } from "../shell/secrets.ts";
import { textOf } from "../tree/files.ts";
import type { EjectSubject } from "./ejectedFile.ts";

/** What somebody has to have on their own machine to work on a project with plain Cargo. The same for everybody. */
export type SetupFacts = {
  readonly toolchain: RustupToolchain;
  readonly native: readonly NativePackage[];
  /** Packages that only some features of the lock's crates want, with a crate that does. */
  readonly perhaps: readonly { readonly name: string; readonly because: string }[];
  readonly tools: readonly CargoTool[];
  readonly variables: Readonly<Record<string, readonly ValuePart[]>>;
  /** Whether git is to run something before a commit. */
  readonly hasHooks: boolean;
};

/** A toolchain as rustup is asked for it. */
export type RustupToolchain = {
  /** `1.95.0`, `nightly-2026-05-15`; absent: whichever rustup starts, since the project says none. */
  readonly name?: string;
  /** The oldest release that the project's packages allow, where the name may mean an older one. */
  readonly oldest?: string;
  /** Whether a file of the project tells rustup so. */
  readonly isInFile: boolean;
  readonly profile: "minimal" | "complete";
  readonly components: readonly string[];
  readonly targets: readonly string[];
  /** Those of the components that nothing asks for: a toolchain that is there may lack them. Default: none. */
  readonly extra?: readonly string[];
};

/** A program as `cargo install` is asked for it. */
export type CargoTool = {
  readonly crate: string;
  /** Absent: any. */
  readonly version?: string;
  readonly features: readonly string[];
  /** What compiles it. Absent: the project's. */
  readonly toolchain?: RustupToolchain;
};

/** A piece of a variable's value: text, or what has another path on each machine. */
export type ValuePart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "program"; readonly name: string }
  | { readonly type: "source" | "toolchain" };

/**
 * What the default shell of a project says, for machines without Gantry. Nothing of this machine is in it.
 *
 * Errors: `secret-in-env`; `toolchain-not-rustups`; those of `describedToolchain`, `readGantryLock` and `parseLock`.
 *
 * @param file what will be written of it: `setup.sh`
 */
export function setupFacts({ project, offered }: EjectSubject, file: string): Result<SetupFacts> {
  const shell = shellsOf(offered).default;
  if (shell === undefined) throw new Error("a project without a default shell");
  const safe = withoutSecrets(shell.env, { file, project });
  if (!safe.ok) return safe;
  const pins = readGantryLock(gantryLockOf(project));
  if (!pins.ok) return pins;
  const naming = { project, pins: pins.value, file };
  const described = rustupToolchain(shell.toolchain, naming);
  if (!described.ok) return described;
  const toolchain = withOldest(withSources(described.value), project);
  const hooks = preCommitsOf(offered).flatMap((each) => each.hooks);
  const wanted = unique([...shell.packages, ...hooks.flatMap((hook) => hook.packages)]);
  const packages = nativePackages(
    { project, offered },
    wanted.filter((each) => each.type === "native"),
  );
  if (!packages.ok) return packages;
  const tools: CargoTool[] = [];
  for (const each of wanted) {
    if (each.type !== "tool") continue;
    const tool = cargoTool(each, naming);
    if (!tool.ok) return tool;
    tools.push(tool.value);
  }
  const native = [...packages.value.native, ...toolInputs(wanted)];
  const programs = new Set(native.flatMap(({ bins }) => bins));
  return ok({
    toolchain,
    native: withPkgConfig(unique(native)),
    perhaps: packages.value.perhaps,
    tools,
    hasHooks: hooks.length > 0,
    variables: Object.fromEntries(
      Object.entries({ RUST_SRC_PATH: sources, ...shell.env }).map(([name, value]) => [
        name,
        valueParts(value, programs),
      ]),
    ),
  });
}

/**
 * The packages that a description names. Where there is none, those that the lock's crates need, and not those that are used
 * because they are installed here.
 *
 * Errors: those of `parseLock`.
 */
export function nativePackages(
  { project }: EjectSubject,
  named: readonly NativePackage[],
): Result<Pick<SetupFacts, "native" | "perhaps">> {
  if (project.configuration !== undefined) return ok({ native: named, perhaps: [] });
  const lock = parseLock(relative(project.root, project.lock), textOf(project.lock) ?? "");
  if (!lock.ok) return lock;
  const names = lockedPackages(lock.value).flatMap(({ name, isUnused }) => (isUnused ? [] : [name]));
  const wanted = recogniseNativePackages(new Set(names)).filter(({ bundled }) => !bundled);
  return ok({
    native: wanted.filter(({ optional }) => !optional).map((each) => each.package),
    perhaps: wanted
      .filter(({ optional }) => optional)
      .map(({ package: { name }, because }) => ({ name, because })),
  });
}

function toolInputs(packages: DevShell["packages"]): readonly NativePackage[] {
  return packages.flatMap((each) => (each.type === "tool" ? (each.nativeBuildInputs ?? []) : []));
}

/** Libraries are looked up by it, by the script as by build scripts. */
function withPkgConfig(packages: readonly NativePackage[]): readonly NativePackage[] {
  return packages.some(({ pkgConfig }) => pkgConfig.length > 0)
    ? unique([pkgs.pkgConfig, ...packages])
    : packages;
}

/** The first of each name. */
function unique<Package extends NativePackage | Tool>(packages: readonly Package[]): readonly Package[] {
  const nameOf = (each: Package) => (each.type === "tool" ? `tool ${each.crate}` : each.name);
  return [...new Map([...packages].reverse().map((each) => [nameOf(each), each])).values()].reverse();
}

/** What editors look into for the code of the standard library. */
const sources = `${world.toolchain}/lib/rustlib/src/rust/library`;

/** What is installed for somebody who works on the project has them, as in `gantry develop`. */
function withSources(toolchain: RustupToolchain): RustupToolchain {
  const { components, profile } = toolchain;
  if (components.includes(component) || profile === "complete") return toolchain;
  return { ...toolchain, components: sorted([...components, component]), extra: [component] };
}

const component = "rust-src";

/** Another day `stable` is a newer release: one that is there may be too old. */
function withOldest(toolchain: RustupToolchain, { root }: Project): RustupToolchain {
  const { name = "stable" } = toolchain;
  if (!["stable", "beta", "nightly"].includes(name)) return toolchain;
  const walked = walkSource(root, () => true, scanMemory(undefined, 0).listings);
  const text = (path: string): string => textOf(join(root, path)) ?? "";
  const members = walked.ok ? membersAmong(walked.value.paths.toSorted(), text) : walked;
  const top = parseManifest("Cargo.toml", text("Cargo.toml"));
  // Whatever is wrong with manifests others tell.
  if (!members.ok || !top.ok) return toolchain;
  const manifests = members.value.map(({ manifest }) => manifest);
  const oldest = oldestRelease(requirementsOf(manifests, top.value));
  return oldest === undefined ? toolchain : { ...toolchain, oldest };
}

type Naming = { readonly project: EjectSubject["project"]; readonly pins: Pins; readonly file: string };

/** Of a channel that `gantry.lock` pins, the name is that of the release, which means the same on each day. */
function rustupToolchain(request: ToolchainRequest, naming: Naming): Result<RustupToolchain> {
  const { project, pins, file } = naming;
  const described = describedToolchain(request, project);
  if (!described.ok) return described;
  const { channel, profile } = described.value;
  const parts = {
    profile: profile === "complete" ? "complete" : "minimal",
    components: sorted([
      ...(profile === "minimal" ? [] : ["clippy", "rustfmt"]),
      ...componentsOf(described.value),
    ]),
    targets: sorted(allTargets(described.value)),
  } as const;
  if (channel === undefined || described.value.isHost) return ok({ ...parts, isInFile: false });
  const release = parseChannel(channel, hostTriple());
  if (!release) return err(notRustups(channel, file));
  const pin = pins.toolchain.get(release.name);
  const [pinned = release.name] = pin?.release.split(" ") ?? [];
  const name =
    pin === undefined || release.isFixed
      ? release.name
      : /-(?:beta|nightly)/.test(pinned)
        ? `${release.track}-${pin.date}`
        : pinned;
  // The file counts for rustup only as it stands.
  const filed = describedToolchain({ components: [], targets: [] }, project);
  const isInFile = filed.ok && filed.value.channel === name;
  return ok({ ...parts, name, isInFile });
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(byCodeUnit);
}

function notRustups(channel: string, file: string) {
  return diagnostic(
    "toolchain-not-rustups",
    `\`${file}\` cannot install the toolchain \`${channel}\`, which is no release of Rust`,
    {
      notes: ["rustup installs releases: `stable`, `1.95.0`, `nightly-2026-05-15`"],
      help: ['name one in the configuration: crane.overrideToolchain(toolchains.stable("1.95.0"))'],
      status: 2,
    },
  );
}

function cargoTool({ crate, version, features = [], toolchain }: Tool, naming: Naming): Result<CargoTool> {
  const pinned = version ?? naming.pins.tool.get(crate)?.version;
  const tool = { crate, ...(pinned !== undefined && { version: pinned }), features };
  if (toolchain === undefined) return ok(tool);
  const own = rustupToolchain(toolchain, naming);
  return own.ok ? ok({ ...tool, toolchain: own.value }) : own;
}

/**
 * A value as steps see it, divided into text and paths that lie elsewhere on each machine.
 *
 * @param programs those that native packages bring
 * @example
 * valueParts("/usr/bin/protoc", new Set(["protoc"])) // [{ type: "program", name: "protoc" }]
 */
export function valueParts(value: string, programs: ReadonlySet<string>): readonly ValuePart[] {
  const parts: ValuePart[] = [];
  let end = 0;
  for (const match of value.matchAll(placed)) {
    const part = partOf(match[0], programs);
    if (!part) continue;
    if (match.index > end) parts.push({ type: "text", text: value.slice(end, match.index) });
    parts.push(part);
    end = match.index + match[0].length;
  }
  if (end < value.length || parts.length === 0) parts.push({ type: "text", text: value.slice(end) });
  return parts;
}

/** A path of a step's world that begins and ends where a path may. */
const placed = new RegExp(
  `(?<![\\w./-])(?:${world.source}(?=$|[^\\w.-])|${world.toolchain}(?=$|[^\\w.-])|${world.system}/bin/[\\w.+-]+(?=$|[^\\w./-]))`,
  "g",
);

function partOf(path: string, programs: ReadonlySet<string>): ValuePart | undefined {
  if (path === world.source) return { type: "source" };
  if (path === world.toolchain) return { type: "toolchain" };
  const name = path.slice(`${world.system}/bin/`.length);
  return programs.has(name) ? { type: "program", name } : undefined;
}
