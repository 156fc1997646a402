import type { FigureResult } from "./figureResult.ts";
import type { Project } from "./project.ts";
import type { Side } from "./side.ts";

/** Something that is measured of Gantry alone. */
export type Figure = {
  readonly name: string;
  readonly target: string;
  /** How many times, unless the command line says otherwise. */
  readonly runs: number;
  applies(project: Project): boolean;
  /** Leaves the side's state alone, or adds to it. */
  measure(side: Side, runs: number): Promise<Pick<FigureResult, "met" | "measured">>;
};
