import { posix } from "node:path";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { CrateRegistry, LockFile, Run, Source, ToolchainRequest } from "../derivation/model.ts";
import type { LockEntry } from "./vendor/lockEntry.ts";

/** What the functions of one `lib` share: the toolchain, and what is known of the project. */
export type LibContext = {
  readonly toolchain: ToolchainRequest;
  /** Name and version from a source's root manifest. */
  readonly crateName: (src: Source) => CrateName;
  /** What a lock takes from registries and git. */
  readonly lock: (lock: LockFile) => readonly LockEntry[];
  /** Tells the user something that is no error. */
  readonly warn: (diagnostic: Diagnostic) => void;
  /** Those that crates are downloaded from without asking Cargo. Default: none. */
  readonly registries?: readonly CrateRegistry[];
  /** What the command line chose; it goes before what the configuration says. */
  readonly selection: Selection;
};

/** `-p`, `--profile` and `--target` of the command line. */
export type Selection = {
  readonly packages: readonly string[];
  readonly profile?: string;
  readonly platform?: string;
};

/** Crane's `crateNameFromCargoToml`. */
export type CrateName = { readonly pname: string; readonly version: string };

/**
 * What runs before or after a phase: shell text, or commands as argument lists.
 *
 * @example
 * postInstall: "install -Dm644 app.service $out/lib/systemd/system/app.service"
 * preBuild: [["sqlite3", "schema.db", ".read schema.sql"]]
 */
export type Hook = string | readonly (readonly [string, ...string[]])[];

/** The runs of a hook; none where it is absent. Shell text stops at the first command that fails. */
export function hookRuns(name: string, hook: Hook | undefined): Run[] {
  if (hook === undefined) return [];
  if (typeof hook === "string") return [{ type: "run", name, argv: ["/bin/sh", "-euc", hook] }];
  return hook.map((argv) => ({ type: "run", name, argv }));
}

export type SourceRootArgs = {
  /**
   * The directory of `src` that is Cargo's workspace, in which everything runs, such as `rust`. Default: its
   * root.
   */
  readonly sourceRoot?: string;
};

/** The source with its workspace where the arguments say. */
export function withSourceRoot(src: Source, { sourceRoot }: SourceRootArgs): Source {
  if (sourceRoot === undefined) return src;
  const directory = posix.join(sourceRoot, ".").replace(/\/$/, "");
  return directory === "." ? src : { ...src, workspace: directory };
}

/** Whether a path stays in the source. */
export function isSourceRoot(path: string): boolean {
  return !posix.isAbsolute(path) && path !== "" && !/^\.\.(\/|$)/.test(posix.normalize(path));
}
