import type { Result } from "../base/result.ts";
import type { Project as Offered } from "../crane/project.ts";
import type { Emit } from "../engine/event.ts";
import type { InputContext } from "../engine/inputs/inputContext.ts";
import { findProject } from "../project/findProject.ts";
import { describeProject } from "./describeProject.ts";
import type { GlobalOptions } from "./globalOptions.ts";
import { withStore } from "./withStore.ts";

/** A project with what it offers; nothing of it can be run. */
export type Described = { readonly inputs: InputContext; readonly offered: Offered };

/** What of the options the search for a project and the reading of it depend on. */
export type ProjectOptions = Pick<GlobalOptions, "cwd" | "offline" | "signal" | "store">;

/** Finds and reads the project that `options.cwd` lies in, for commands that build nothing. */
export async function withProject<T>(
  options: ProjectOptions,
  emit: Emit,
  work: (described: Described) => Promise<Result<T>>,
): Promise<Result<T>> {
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  return withStore(options, "reading the project", async (store) => {
    const { offline, signal } = options;
    const inputs = { store, project: project.value, env: process.env, offline, emit, signal };
    const offered = await describeProject(inputs, { packages: [] });
    return offered.ok ? work({ inputs, offered: offered.value }) : offered;
  });
}
