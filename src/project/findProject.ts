import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { findCargoConfigs } from "./findCargoConfigs.ts";
import { findWorkspaceRoot } from "./findWorkspaceRoot.ts";
import { firstFile } from "./firstFile.ts";
import { parentDirectories } from "./parentDirectories.ts";
import { repositoryOf } from "./repositoryOf.ts";

/** Where the parts of a user's project are. All paths are absolute. */
export type Project = {
  /** The directory of the workspace's root manifest, or of the package's if it is in no workspace. */
  readonly root: string;
  readonly manifest: string;
  /** The manifest nearest to where the user stands: `manifest`, or a member's. */
  readonly nearestManifest: string;
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
 * Errors: `manifest-missing`, `lock-missing`, `workspace-missing`, `source-unreadable`, `toml-syntax`.
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
  const nearestManifest = upward(start, ["Cargo.toml"]);
  if (nearestManifest === undefined) return err(manifestMissing(start));
  const found = findWorkspaceRoot(nearestManifest);
  if (!found.ok) return found;
  const manifest = found.value;
  const root = dirname(manifest);
  const lock = join(root, "Cargo.lock");
  if (!existsSync(lock)) return err(lockMissing(root));
  const configuration = firstFile(inRepository(root).map((each) => join(each, "gantry.config.ts")));
  const toolchainFile = upward(root, ["rust-toolchain", "rust-toolchain.toml"]);
  return ok({
    root,
    manifest,
    nearestManifest,
    lock,
    ...(configuration !== undefined && { configuration }),
    ...(toolchainFile !== undefined && { toolchainFile }),
    cargoConfigs: findCargoConfigs(root, environment.CARGO_HOME || undefined),
  });
}

function upward(directory: string, names: readonly string[]): string | undefined {
  return firstFile(parentDirectories(directory).flatMap((each) => names.map((name) => join(each, name))));
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

function lockMissing(root: string): Diagnostic {
  return diagnostic("lock-missing", "could not find `Cargo.lock`", {
    notes: [
      `location searched: ${root}`,
      "the lock is all that pins dependencies, so nothing is built without it",
    ],
    help: ["cargo generate-lockfile"],
  });
}
