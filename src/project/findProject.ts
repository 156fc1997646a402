// project: the user's files: where a project is, what of it is ignored, and what replaces its dependencies.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { homeOf, parentDirectories, shownFrom } from "../base/paths.ts";
import { err, ok, type Result } from "../base/result.ts";
import { configFileIn, configTexts, findConfigFiles } from "../cargo/config/settings.ts";
import { parseToml } from "../cargo/toml/toml.ts";
import { findWorkspaceRoot, type WorkspaceKeys, workspaceKeys } from "../cargo/workspace/workspaceRoot.ts";
import { firstFile, isFile, kindOfNoFile, textOf, unreadable } from "../tree/files.ts";
import { repositoryOf } from "./gitRules.ts";

/** Where the parts of a user's project are. All paths are absolute. */
export type Project = {
  /** The directory of the workspace's root manifest, or of the package's if it is in no workspace. */
  readonly root: string;
  readonly manifest: string;
  /** The manifest nearest to where the user stands: `manifest`, or a member's. */
  readonly nearestManifest: string;
  /** It may be absent where there is a configuration. */
  readonly lock: string;
  /** `gantry.config.ts`. */
  readonly configuration?: string;
  /** `rust-toolchain` or `rust-toolchain.toml`; rustup prefers the first where a directory has both. */
  readonly toolchainFile?: string;
  /** Cargo's configuration files, the strongest first. */
  readonly cargoConfigs: readonly string[];
};

/**
 * Finds the project that a directory belongs to, by Cargo's rules. The toolchain file and Cargo's
 * configuration are searched from the project's root, not from `directory`, so that a build does not depend
 * on where in the project it was asked for. `gantry.config.ts` stands beside the root manifest, or above it
 * in the same git repository.
 *
 * Errors: `manifest-missing`, `lock-missing`, `workspace-missing`, `source-unreadable`, `toml-syntax`,
 * `not-a-file`.
 *
 * @param environment for `CARGO_HOME`. Default: that of the process
 * @example
 * const project = findProject(".");
 * if (project.ok) project.value.root;
 */
export function findProject(
  directory: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Result<Project> {
  const start = resolve(directory);
  const nearestManifest = parentDirectories(start)
    .map((each) => join(each, "Cargo.toml"))
    .find((path) => existsSync(path));
  if (nearestManifest === undefined) return err(manifestMissing(start));
  const found = rootManifest(nearestManifest);
  if (!found.ok) return found;
  const manifest = found.value;
  const root = dirname(manifest);
  const lock = join(root, "Cargo.lock");
  const searched = findConfiguration(root);
  if (!searched.ok) return searched;
  const configuration = searched.value;
  const cargoConfigs = findCargoConfigs(root, environment.CARGO_HOME || join(homeOf(environment), ".cargo"));
  const toolchainFiles = upward(root, ["rust-toolchain", "rust-toolchain.toml"]);
  const wrong =
    noFileAmong([lock, ...cargoConfigs], root) ??
    // As rustup does, what is called so and is a directory is passed by: one above may be of something else.
    noFileAmong(toolchainFiles.filter((path) => kindOfNoFile(path) !== "a directory").slice(0, 1), root);
  if (wrong) return err(wrong);
  // A configuration may say which lock takes its place.
  if (configuration === undefined && !existsSync(lock)) return err(lockMissing(root));
  const toolchainFile = firstFile(toolchainFiles);
  return ok({
    root,
    manifest,
    nearestManifest,
    lock,
    ...(configuration !== undefined && { configuration }),
    ...(toolchainFile !== undefined && { toolchainFile }),
    cargoConfigs,
  });
}

/** What is called so in a directory and those above it, the nearest first. */
function upward(directory: string, names: readonly string[]): readonly string[] {
  const paths = parentDirectories(directory).flatMap((each) => names.map((name) => join(each, name)));
  return paths.filter((path) => existsSync(path));
}

/**
 * The nearest configuration. What has its name and is no file is an error: to build as if there were none would be to
 * build something else.
 */
function findConfiguration(root: string): Result<string | undefined> {
  for (const directory of inRepository(root)) {
    const path = join(directory, "gantry.config.ts");
    if (isFile(path)) return ok(path);
    const wrong = noFileAmong([path], root);
    if (wrong) return err(wrong);
  }
  return ok(undefined);
}

/** `not-a-file`, for the first of these paths where something else lies. To open a pipe would wait for whoever writes into it. */
function noFileAmong(paths: readonly string[], from: string): Diagnostic | undefined {
  for (const path of paths) {
    const is = kindOfNoFile(path);
    if (is !== undefined)
      return diagnostic("not-a-file", `\`${shownFrom(from, path)}\` is ${is}`, {
        help: ["put the file there, or remove what has its name"],
        status: 2,
      });
  }
  return undefined;
}

/**
 * The directory and those above it up to the top of its git repository; outside of one, the directory alone.
 */
function inRepository(directory: string): string[] {
  const parents = parentDirectories(directory);
  return parents.slice(0, parents.indexOf(repositoryOf(directory) ?? directory) + 1);
}

function manifestMissing(directory: string): Diagnostic {
  return diagnostic("manifest-missing", "could not find `Cargo.toml`", {
    notes: [`location searched: ${directory} and the directories above it`],
    help: ["run the command in a Cargo project, or name one: gantry -C DIR …"],
    status: 2,
  });
}

/** The error for a project without a lock. */
export function lockMissing(root: string): Diagnostic {
  return diagnostic("lock-missing", "could not find `Cargo.lock`", {
    notes: [
      `location searched: ${root}`,
      "the lock is all that pins dependencies, so nothing is built without it",
    ],
    help: ["cargo generate-lockfile"],
  });
}

/**
 * The manifest at the root of the workspace that `manifest` belongs to; `manifest` itself if there is none. Whether the
 * root lists the package as a member is left to Cargo to complain about.
 *
 * Errors: `source-unreadable`, `toml-syntax`, `workspace-missing` if `package.workspace` leads nowhere.
 *
 * @param manifest an absolute path
 */
function rootManifest(manifest: string): Result<string> {
  const from = dirname(manifest);
  const found = findWorkspaceRoot(from, (directory) => {
    const candidate = join(directory, "Cargo.toml");
    return existsSync(candidate) ? keysOf(candidate, from) : ok(undefined);
  });
  if (!found.ok) return found;
  if (!found.value) return ok(manifest);
  const { directory, pointer } = found.value;
  const root = join(directory, "Cargo.toml");
  if (!pointer || existsSync(root)) return ok(root);
  return err(workspaceMissing(show(join(pointer.directory, "Cargo.toml"), from), pointer.written, root));
}

function workspaceMissing(manifest: string, pointer: string, root: string) {
  return diagnostic(
    "workspace-missing",
    `\`${manifest}\` says \`workspace = "${pointer}"\`, and there is no workspace`,
    {
      notes: [`location searched: ${root}`],
      help: ["correct `package.workspace`, or remove it if a directory above holds the workspace"],
    },
  );
}

function show(path: string, from: string): string {
  return relative(from, path).split(sep).join("/");
}

/** @param from where the user stands: diagnostics name the manifest as it is called from there */
function keysOf(manifest: string, from: string): Result<WorkspaceKeys> {
  const shown = show(manifest, from);
  const wrong = noFileAmong([manifest], from);
  if (wrong) return err(wrong);
  let text: string;
  try {
    text = readFileSync(manifest, "utf8");
  } catch (thrown) {
    return err(unreadable(shown, thrown));
  }
  const document = parseToml(shown, text);
  return document.ok ? ok(workspaceKeys(document.value.table)) : document;
}

/**
 * The files that Cargo merges into its settings for a command run in `directory`, the strongest first: those there and
 * in each directory above, then the one in Cargo's home.
 *
 * @param cargoHome `CARGO_HOME`. Default: `~/.cargo`
 */
export function findCargoConfigs(
  directory: string,
  cargoHome = join(homeOf(process.env), ".cargo"),
): string[] {
  const isThere = (path: string) => existsSync(path);
  const own = configFileIn(cargoHome, isThere) ?? [];
  return [...new Set([...findConfigFiles(resolve(directory), isThere), own].flat())];
}

type CargoConfigText = {
  /** Absolute. */
  readonly file: string;
  /** Relative to the project where it lies in it. */
  readonly shown: string;
  readonly text: string;
};

/**
 * The texts of these files and of those that they include, as `configTexts` gives them.
 *
 * @param files absolute, the strongest first, as `findCargoConfigs` gives them
 * @param root the project's, to show files relative to it
 */
export function readCargoConfigs(files: readonly string[], root: string): readonly CargoConfigText[] {
  return configTexts(files, textOf).map(({ file, text }) => ({ file, shown: shownFrom(root, file), text }));
}
