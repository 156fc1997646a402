import { commitStages } from "../../derivation/commitHooks.ts";
import type { Command } from "../command.ts";
import type { RunOptions } from "./runHooks.ts";

/** `gantry hooks run`: runs the project's hooks on what is staged, as git does before a commit. */
export const hooksRun: Command<RunOptions> = {
  doing: "running the hooks",
  details:
    "What is looked at is what would be committed: the files of the index, in a directory of Gantry's own. Your files, staged or " +
    "not, are only read, whatever a hook does and however it ends; with --fix, what hooks change there is worked into them. " +
    "Without a name all hooks run, each on the staged files that it is for. The variable SKIP names hooks that do not, as in " +
    "`SKIP=clippy git commit`.",
  operands: [{ name: "HOOK", summary: "hooks of the project", repeat: true }],
  options: [
    {
      name: "all-files",
      short: "a",
      summary: "look at all files of the index, and not only at those that change",
    },
    { name: "fix", summary: "change your files as the hooks would; stage it yourself" },
    {
      name: "stage",
      value: "STAGE",
      summary: "run the hooks of this stage, as git's own hooks do [default: pre-commit]",
      choices: commitStages,
    },
  ],
  examples: [
    ["gantry hooks run", "what `git commit` would run"],
    ["gantry hooks run --all-files rustfmt", "one hook, on everything"],
    ["gantry hooks run --fix", "have formatters do it; it says how to stage that"],
  ],
  read: (args) => ({
    ids: args.operands,
    isAllFiles: args.count("all-files") > 0,
    isFixing: args.count("fix") > 0,
    stage: args.choice("stage", commitStages),
  }),
  async run(options, emit) {
    const { runHooks } = await import("./runHooks.ts");
    return runHooks(options, emit);
  },
};
