import type { Peer } from "./peers/peer.ts";
import type { Project } from "./project.ts";

export type Tool = "cargo" | "gantry" | Peer["name"];

/** One of those that are compared, with a copy of the project and a state of its own. */
export type Side = {
  readonly tool: Tool;
  /** Absent for Cargo and Gantry. */
  readonly peer?: Peer;
  /** The peer's, or the name by which the other two are called. */
  readonly program: string;
  readonly project: Project;
  /** The copy of the project. Cases edit it, and leave it edited. */
  readonly directory: string;
  /** What it keeps between builds: Cargo's target directory, Gantry's store, cargo-chef's layer. */
  readonly state: string;
  /** What a peer keeps beside a target directory, for all of them. */
  readonly cache: string;
  /** For what a case makes; emptied by nobody before the end. */
  readonly scratch: string;
  /** Beside the caller's environment. */
  readonly env: Readonly<Record<string, string>>;
};

/** Whether it is Gantry, of this clone or of another. */
export function isGantry({ tool }: Pick<Side, "tool">): boolean {
  return tool === "gantry" || tool === "before";
}
