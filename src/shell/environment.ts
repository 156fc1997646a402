import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { asDigest, type Digest } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { DevShell } from "../derivation/devShell.ts";
import type { NativePackage, Tool, ToolchainRequest } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import { nativeContext, toolchainFor } from "../engine/inputs/host.ts";
import type { InputContext, OutputOf } from "../engine/inputs/resolvedInput.ts";
import { resolveTool } from "../engine/inputs/tool.ts";
import { gantryLockOf } from "../fetch/gantryLock.ts";
import { findProgram } from "../fetch/native/onPath.ts";
import { provideNative } from "../fetch/native/provideNative.ts";
import { wantedToolchain } from "../fetch/toolchain/findToolchain.ts";
import { installedRelease, type Toolchain } from "../fetch/toolchain/installedToolchain.ts";
import { placeOf } from "../fetch/toolchain/placeToolchain.ts";
import { cargoHome } from "../fetch/userCargoConfig.ts";
import { findOnPath } from "../tree/files.ts";
import { composeTexts, type TextFile } from "./composeTexts.ts";
import { type DebuggedPaths, debuggerFiles, type SourceMap, sourceMap } from "./debuggers.ts";

/** A developer's environment on this machine. */
export type ShellEnvironment = {
  /** As the project calls it: `default`. */
  readonly name: string;
  /** The project's, absolute. */
  readonly root: string;
  /** What people call its parts: `rustc 1.95.0`, `protobuf`. */
  readonly parts: readonly string[];
  /** Directories that come before those of the user's `PATH`, the toolchain's first. */
  readonly path: readonly string[];
  /** Variables, without `PATH`; what they name lies there. */
  readonly env: Readonly<Record<string, string>>;
  /** See `DevShell`. */
  readonly shellHook?: string;
  /** The trees of the store that it names. */
  readonly trees: readonly Digest[];
  /** Files of this machine that it is made from, beside those of the description. */
  readonly madeFrom: readonly string[];
  /** See `sourceMap`. */
  readonly sourceMap: SourceMap;
  /** What it lacks that one may miss, in words. */
  readonly notes: readonly string[];
};

/** The variable by which a program finds out that it runs in a shell of Gantry's, and in which. */
export const shellVariable = "GANTRY_SHELL";
/** The project of that shell. */
export const shellRootVariable = "GANTRY_SHELL_ROOT";

/**
 * Makes of a described shell an environment on this machine. What is missing of its toolchain and tools is brought; what the
 * system has is used as it is installed.
 *
 * Errors: those of `toolchainFor`, `resolveTool` and `provideNative`.
 */
export async function makeEnvironment(
  context: InputContext,
  { name, shell }: { readonly name: string; readonly shell: DevShell },
  outputOf: OutputOf,
): Promise<Result<ShellEnvironment>> {
  const { store, project, env } = context;
  const toolchain = await shellToolchain(context, shell.toolchain);
  if (!toolchain.ok) return toolchain;
  const { directory, version } = toolchain.value;
  const placed: Placed[] = [];
  for (const each of shell.packages) {
    const found = await placedPackage(context, each, outputOf);
    if (!found.ok) return found;
    if (found.value) placed.push(found.value);
  }
  const paths: DebuggedPaths = {
    root: project.root,
    toolchain: directory,
    cargoHome: cargoHome(env, project.root),
  };
  const programs = placed.flatMap(({ programs }) => programs);
  const bin = await composeTexts(store, [...programs.map(linkTo), ...debuggerFiles(paths, env)]);
  if (!bin.ok) return bin;
  const trees = placed.flatMap(({ tree }) => tree ?? []);
  const mapped = Object.entries(shell.env).map(([variable, value]) => [
    variable,
    onHost(value, {
      root: project.root,
      toolchain: directory,
      trees: trees.map((tree) => store.pathOf(tree)),
      programs,
    }),
  ]);
  const lacking = lackOfSources(directory);
  const isStored =
    directory.startsWith(`${realpathSync(store.root)}/`) || directory.startsWith(`${store.root}/`);
  return ok({
    name,
    root: project.root,
    parts: [version.replace(/ \(.*$/, ""), ...placed.map(({ name }) => name)],
    path: [
      `${directory}/bin`,
      ...(bin.value.isEmpty ? [] : [`${bin.value.directory}/bin`]),
      ...trees.map((tree) => `${store.pathOf(tree)}/bin`).filter((path) => existsSync(path)),
    ],
    env: {
      ...(!lacking && { RUST_SRC_PATH: sourcesIn(directory) }),
      ...Object.fromEntries(mapped),
      [shellVariable]: name,
      [shellRootVariable]: project.root,
    },
    ...(shell.shellHook !== undefined && { shellHook: shell.shellHook }),
    trees: [...trees, bin.value.tree, ...(isStored ? [storedTree(directory)] : [])].filter(
      (tree) => tree !== undefined,
    ),
    madeFrom: [`${directory}/bin/rustc`, ...placed.flatMap(({ madeFrom }) => madeFrom)],
    sourceMap: sourceMap(paths),
    notes: lacking ? [[lacking.lack, ...(lacking.fix ? [lacking.fix] : [])].join(": ")] : [],
  });
}

type ShellToolchain = Pick<Toolchain, "directory" | "version">;

/**
 * The toolchain that a shell asks for. One that is there is used without being read: its content is for keys. So is rustup's,
 * which may lack the standard library's sources, so that Cargo finds fresh what was compiled outside of the shell; one that is
 * brought for the shell has them.
 */
async function shellToolchain(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<ShellToolchain>> {
  const { project, env, store } = context;
  const wanted = wantedToolchain(request, project, env);
  const place = wanted.ok ? placeOf(wanted.value, { store, env, lockFile: gantryLockOf(project) }) : wanted;
  if (!place.ok) return toolchainFor(context, request);
  if (!("directory" in place.value)) {
    const brought = await toolchainFor(context, withSources(request));
    // What the store has for builds is better than nothing.
    return brought.ok || !context.offline ? brought : toolchainFor(context, request);
  }
  if (place.value.unverified) return toolchainFor(context, request);
  const { directory, name } = place.value;
  const release = installedRelease(directory);
  return ok({ directory, version: release === "" ? name : `rustc ${release}` });
}

/** What is brought for a shell has the standard library's sources, for editors. */
export function withSources(request: ToolchainRequest): ToolchainRequest {
  return request.components.includes("rust-src")
    ? request
    : { ...request, components: [...request.components, "rust-src"] };
}

/** That a toolchain lacks the standard library's sources, and what brings them; undefined for one that has them. */
export function lackOfSources(
  toolchain: string,
): { readonly lack: string; readonly fix: string | undefined } | undefined {
  if (existsSync(sourcesIn(toolchain))) return undefined;
  const name = /\/toolchains\/([^/]+)$/.exec(toolchain)?.[1];
  return {
    lack: "the toolchain has no component `rust-src`, so no editor finds the code of the standard library",
    fix: name && `rustup component add rust-src --toolchain ${name}`,
  };
}

function sourcesIn(toolchain: string): string {
  return `${toolchain}/lib/rustlib/src/rust/library`;
}

/** The tree's digest, of a path within the store. */
function storedTree(directory: string): Digest | undefined {
  return asDigest(/\/trees\/([0-9a-f]{64})(?:\/|$)/.exec(directory)?.[1] ?? "");
}

/** A package where it is on this machine. */
export type Placed = {
  /** What people call it. */
  readonly name: string;
  /** Where it lies in the store. Absent: it is used as the system has it. */
  readonly tree?: Digest;
  /** Programs that lie elsewhere, by name. */
  readonly programs: readonly (readonly [name: string, at: string])[];
  readonly madeFrom: readonly string[];
};

/** Undefined for one that is not there, and need not be. */
async function placedPackage(
  context: InputContext,
  wanted: NativePackage | Tool,
  outputOf: OutputOf,
): Promise<Result<Placed | undefined>> {
  if (wanted.type === "native") return placedNative(context, wanted);
  const tool = await resolveTool(context, wanted, outputOf);
  if (!tool.ok) return tool;
  // A tree is put together when it is asked for.
  const places = await tool.value.place();
  if (!places.ok) return places;
  return ok({ name: tool.value.name ?? wanted.crate, tree: tool.value.digest, programs: [], madeFrom: [] });
}

/**
 * A native package where it is on this machine; undefined for one that is not there, and need not be.
 *
 * Errors: those of `provideNative`.
 */
export async function placedNative(
  context: InputContext,
  wanted: NativePackage,
): Promise<Result<Placed | undefined>> {
  const { name, bins, isOptional } = wanted;
  const provided = await provideNative(wanted, nativeContext(context), "the dev shell has it");
  if (!provided.ok && isOptional && provided.error.code === "native-missing") return ok(undefined);
  if (!provided.ok) return provided;
  const { provider, version } = provided.value;
  const shown = version === undefined ? name : `${name} ${version}`;
  if (provider === "crate-binaries") {
    const tree = await provided.value.tree();
    return tree.ok ? ok({ name: shown, tree: tree.value.digest, programs: [], madeFrom: [] }) : tree;
  }
  const searched = provider === "path" ? (context.env.PATH ?? "") : "/usr/bin:/bin:/usr/sbin:/sbin";
  const programs = bins.flatMap((bin) => {
    const at = provider === "path" ? findProgram(bin, searched) : findOnPath(bin, searched);
    return at === undefined ? [] : [[bin, at] as const];
  });
  return ok({ name: shown, programs, madeFrom: programs.map(([, at]) => at) });
}

/** A link, so that the program of the description is found before others of its name. */
function linkTo([name, at]: readonly [string, string]): TextFile {
  return { path: `bin/${name}`, target: at };
}

type Whereabouts = {
  readonly root: string;
  readonly toolchain: string;
  /** Directories of packages that are not installed, each with what steps see below `/usr`. */
  readonly trees: readonly string[];
  readonly programs: Placed["programs"];
};

/**
 * The value of a variable as steps see it, with paths of theirs replaced by those of this machine.
 *
 * @example
 * onHost("/usr/bin/protoc", …) // "/home/me/.cache/gantry/trees/0f…/bin/protoc"
 * onHost("sqlite:/build/source/dev.db", …) // "sqlite:/home/me/app/dev.db"
 */
export function onHost(value: string, { root, toolchain, trees, programs }: Whereabouts): string {
  const inTree = (path: string): string => {
    const below = path.slice(world.system.length);
    const tree = trees.find((each) => existsSync(join(each, below)));
    if (tree !== undefined) return join(tree, below);
    const program = programs.find(([name]) => below === `/bin/${name}`);
    return program?.[1] ?? path;
  };
  return value
    .replace(/\/usr\/[^\s:;,'"]+/g, inTree)
    .replaceAll(/\/build\/(source|toolchain|target)(?![\w.-])/g, (path, what: string) => {
      if (what === "source") return root;
      return what === "toolchain" ? toolchain : what === "target" ? join(root, "target") : path;
    });
}
