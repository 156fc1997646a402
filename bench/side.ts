import type { Project } from "./project.ts";

export type Tool = "cargo" | "gantry";

/** One of the two that are compared, with a copy of the project and a state of its own. */
export type Side = {
  readonly tool: Tool;
  readonly project: Project;
  /** The copy of the project. Cases edit it, and leave it edited. */
  readonly directory: string;
  /** What it keeps between builds: Cargo's target directory, Gantry's store. */
  readonly state: string;
  /** For what a case makes; emptied by nobody before the end. */
  readonly scratch: string;
  /** Beside the caller's environment. */
  readonly env: Readonly<Record<string, string>>;
};
