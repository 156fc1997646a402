import type { Project } from "../../project/findProject.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";

/** What finding the content of inputs needs. */
export type InputContext = {
  readonly store: Store;
  readonly project: Project;
  /** The user's own environment: fetching happens as the user. */
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly emit: Emit;
  /** Stops downloads and long reading. */
  readonly signal: AbortSignal;
};
