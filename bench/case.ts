import type { Project } from "./project.ts";
import type { Result } from "./result.ts";
import type { Side } from "./side.ts";

/** One situation that is timed, for all sides alike. */
export type Case = {
  readonly name: string;
  readonly target: Target;
  /** How many pairs at most: see `Rounds`. */
  readonly pairs: number;
  /** Absent: every project has this case. */
  applies?(project: Project): boolean;
  /** Once, not timed. Absent: the state is filled by a build. */
  prepare?(side: Side): Promise<void>;
  /** Before every measurement, not timed. `round` is never the same twice, in any case. */
  edit(side: Side, round: number): Promise<void>;
  /** What is timed. Absent: a build of the project. */
  command?(side: Side, round: number): Command;
};

export type Command = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

export type Target = {
  readonly text: string;
  met(result: Pick<Result, "cargo" | "gantry" | "ratio">, compiled: Compiled): boolean;
};

/** The most units that Gantry compiled in any round. */
export type Compiled = {
  readonly units: number;
  /** Those of packages that are not the project's own. */
  readonly dependencies: number;
};
