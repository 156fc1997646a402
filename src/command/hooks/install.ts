import { err, ok } from "../../base/result.ts";
import type { Command } from "../command.ts";

/** `gantry hooks install`: has git run the project's hooks. */
export const hooksInstall: Command<{ readonly chain: boolean }> = {
  doing: "installing the hooks",
  details:
    "Writes git's hook of each stage that the project has hooks for: a few lines of shell that start `gantry hooks run`. All " +
    "worktrees of the repository share it. What hooks run with is brought at once. A hook that is there already is left as it " +
    "is; with --chain it is kept beside, and runs first. Where `core.hooksPath` leads to a directory that others use as well, " +
    "nothing is written.",
  options: [{ name: "chain", summary: "keep a hook that is there already, to be run before Gantry's" }],
  examples: [
    ["gantry hooks install", "from now on `git commit` runs the hooks"],
    ["gantry hooks install --chain", "the same, beside a hook that another program installed"],
  ],
  read: (args) => ({ chain: args.count("chain") > 0 }),
  async run(options, emit) {
    const { withProject } = await import("../open/project.ts");
    const { hooksOfProject, noHooks } = await import("./projectHooks.ts");
    const { installProjectHooks } = await import("../../shell/hooks/installProjectHooks.ts");
    return withProject(options, emit, async ({ inputs, offered }) => {
      const hooks = hooksOfProject(offered);
      if (hooks.length === 0) return err(noHooks(inputs.project));
      const wanted = { root: inputs.project.root, hooks, env: process.env, signal: options.signal };
      let done = await installProjectHooks(wanted, options.chain);
      if (!done.ok && done.error.code === "hook-foreign" && options.ask) {
        const keep = await options.ask.confirm(
          `${done.error.message}. Keep what is there, and run it before Gantry's?`,
        );
        if (keep) done = await installProjectHooks(wanted, true);
      }
      if (!done.ok) return done;
      for (const text of done.value) emit({ type: "note", text });
      // Or the first commit would wait for what they run with.
      const { environmentFor } = await import("./hookTools.ts");
      const brought = await environmentFor(inputs, hooks, { options, emit });
      if (!brought.ok) return brought;
      return ok(done.value.length === 0 ? { finished: "the hooks are installed already" } : {});
    });
  },
};
