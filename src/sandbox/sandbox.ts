import type { Result } from "../base/result.ts";
import type { World } from "./world.ts";

/** Runs commands in a world of their own. */
export type Sandbox = {
  readonly level: "bwrap" | "none";
  /** Whatever of the sandbox a build could notice, for keys: two levels never share a result. */
  readonly identity: string;
  /** Sets a world up; several commands may then run in it, one after the other. */
  enter(world: World, scratch: string): Promise<Result<Rooms>>;
};

/** A world that has been set up. */
export type Rooms = AsyncDisposable & {
  run(command: Command): Promise<Result<Exit>>;
  /** The directory on the host that holds what was written below a `layered` or `writable` mount. */
  written(at: string): string;
  /** The path on the host of a file that a command sees at `path`, in whichever layer it lies. */
  locate(path: string): string | undefined;
};

export type Command = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Each line as it comes, without its line break. */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  readonly signal: AbortSignal;
};

export type Exit = { readonly status: number; readonly interrupted: boolean };
