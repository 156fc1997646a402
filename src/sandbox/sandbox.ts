// sandbox: commands run in a world of their own, isolated (`isolated`) or not (`noSandbox`).

import type { Result } from "../base/result.ts";
import type { Observation } from "./observation.ts";

/**
 * - `full`: by namespaces; nothing is there that was not declared
 * - `landlock`: on the host as it is, of whose files little can be used
 * - `none`: on the host as it is
 */
type Level = "full" | "landlock" | "none";

/** Runs commands in a world of their own. `isolated` isolates them, `noSandbox` does not. */
export type Sandbox = {
  readonly level: Level;
  /** Whatever of the sandbox a build could notice, for keys: two levels never share a result. */
  readonly identity: string;
  /** Whether commands can be observed in it. */
  readonly observes: boolean;
  /**
   * Sets a world up. Several commands may then run in it, one after the other.
   *
   * @param directory an empty directory on the host for what the sandbox needs; the caller removes it
   */
  enter(world: World, directory: string): SandboxInstance;
};

/** A world that has been set up. */
export type SandboxInstance = {
  /**
   * Runs a command to its end.
   *
   * Errors: `sandbox-failed`, where the command could not be started.
   *
   * @throws what `onLine` or `onPause` threw; the command is ended then
   */
  run(command: Command): Promise<Result<Exit>>;
  /**
   * The directory on the host that holds what was written below a `layered` or `writable` mount. Without isolation that is
   * all that the mount shows.
   */
  written(at: string): string;
  /** The path on the host of what a command sees at `path`, in whichever layer it lies; undefined if nothing is there. */
  locate(path: string): string | undefined;
};

export type Command = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Each line as it comes, without its line break. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  /** Called after lines that came at once, before anything else happens: what they are written to is written then. */
  readonly onPause?: () => void;
  /**
   * Both of its streams are one, as on a terminal, so that lines come in the order in which they were written; all as
   * `stdout`. Default: false, and then lines of one may come before earlier ones of the other.
   */
  readonly isMerged?: boolean;
  /** Ends the command, with all that it started. */
  readonly signal: AbortSignal;
  /** A named pipe on the host that the command inherits, see `inheritedPipe`. */
  readonly pipe?: string;
  /**
   * Gives the path of a named pipe on the host that nobody has opened, to be used up; undefined once there is none left. Without,
   * the pipes for what the command says are made by a program that has to be started.
   */
  readonly sparePipe?: () => string | undefined;
  /** The host's path of the program that observes the command, where the sandbox `observes`; undefined: nobody does. */
  readonly observer?: string;
  /** Its observation says, too, what is used of the system. Default: false. */
  readonly observesSystem?: boolean;
};

/**
 * The descriptors by which a command has `Command.pipe` open, one after the other. A shell script can only name those
 * below 10 (POSIX), so that none closes these by mistake.
 */
export const inheritedPipe = { read: 20, write: 21 } as const;

/** `interrupted`: the command's signal ended it. */
export type Exit = {
  readonly status: number;
  readonly interrupted: boolean;
  /** What an observed command did. */
  readonly observation?: Observation;
};

/**
 * All that a command can see, by path. The paths are the same on every machine (`derivation/world.ts`); what lies
 * behind them are directories of the host.
 */
export type World = {
  /** Parents before what is mounted below them. */
  readonly mounts: readonly Mount[];
  /** Directories that are writable and empty at the start, and thrown away: `/tmp`, `/build/home`. */
  readonly scratch: readonly string[];
};

export type Mount = { readonly at: string } & MountKind;

type MountKind =
  /** A union of directories in which an earlier one hides a later one. A single one may be a file. */
  | { readonly kind: "read-only"; readonly directories: readonly [string, ...string[]] }
  | { readonly kind: "writable"; readonly directory: string }
  /**
   * Reads come from `lower`, writes go to `upper`, so that what a build changed is what lies in `upper`, and
   * nothing that it does reaches `lower`.
   */
  | { readonly kind: "layered"; readonly lower: string; readonly upper: string };
