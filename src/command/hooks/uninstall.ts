import { ok } from "../../base/result.ts";
import type { Command } from "../command.ts";

/** `gantry hooks uninstall`: has git run the project's hooks no more. */
export const hooksUninstall: Command = {
  doing: "removing the hooks",
  details:
    "Removes what `gantry hooks install` wrote, and puts back what was there before. Hooks that somebody else wrote are left as " +
    "they are, and so are those of other projects of the repository.",
  examples: [["gantry hooks uninstall", "`git commit` runs them no more"]],
  read: () => ({}),
  async run(options, emit) {
    const { findProject } = await import("../../project/findProject.ts");
    const { openRepository } = await import("../../shell/hooks/git.ts");
    const { uninstallHooks } = await import("../../shell/hooks/gitHook.ts");
    const { gantryProgram } = await import("../../shell/hooks/installProjectHooks.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { root } = project.value;
    const repository = await openRepository(root, { env: process.env, signal: options.signal });
    if (!repository.ok) return repository;
    const done = uninstallHooks({ repository: repository.value, root, gantry: gantryProgram() });
    for (const text of done) emit({ type: "note", text });
    return ok(done.length === 0 ? { finished: "there is no hook of Gantry's" } : {});
  },
};
