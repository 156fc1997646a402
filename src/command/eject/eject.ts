import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok } from "../../base/result.ts";
import { type CiService, ciServices } from "../../eject/ciPipeline.ts";
import type { Command } from "../command.ts";

const kinds = ["ci"] as const;

type EjectOptions = {
  readonly what: string | undefined;
  readonly service: CiService | undefined;
  /** Write nothing, and say what is stale. */
  readonly check: boolean;
};

/** `gantry eject`: writes files from the description, for those who do not have Gantry; or says which are stale. */
export const eject: Command<EjectOptions> = {
  doing: "writing what is ejected",
  details:
    "What is written is the same on every machine, begins with a line that says where it came from, and is meant to be " +
    "committed. A file that Gantry did not write is left as it is. In a project that has such files, `gantry check` has a " +
    "check `ejected`, which fails where they are stale.",
  operands: [{ name: "WHAT", summary: "what to write", choices: kinds }],
  options: [
    {
      name: "for",
      value: "SERVICE",
      summary: "the service that runs the pipeline [default: the one that the repository has files of]",
      choices: ciServices,
    },
    { name: "check", summary: "write nothing; exit with 1 and say how they differ if files are stale" },
  ],
  examples: [
    ["gantry eject ci", "a workflow that is `gantry check`, in .github/workflows/gantry.yml"],
    ["gantry eject ci --for gitlab", "the same for GitLab, in .gitlab/gantry.yml"],
    ["gantry eject ci --check", "whether it is what the description says now"],
  ],
  read: (args) => ({
    what: args.operands[0],
    service: args.choice("for", ciServices),
    check: args.count("check") > 0,
  }),
  async run(options, emit) {
    const { what, service, check } = options;
    if (what === undefined) {
      return err(
        diagnostic("usage", "`gantry eject` needs to know what to write", {
          help: [`it writes ${backticked(kinds)}: gantry eject ci`],
          status: 2,
        }),
      );
    }
    const { withProject } = await import("../open/project.ts");
    const { ejectedFiles, repositoryRoot } = await import("../../eject/ejectedFiles.ts");
    const { staleFiles, writeEjected } = await import("./writeEjected.ts");
    return withProject(options, emit, async ({ inputs, offered }) => {
      const top = repositoryRoot(inputs.project.root);
      const files = ejectedFiles(inputs.project.root, offered, service);
      if (check) {
        const stale = await staleFiles(top, files);
        return stale === undefined ? ok({ finished: "nothing is stale" }) : err(stale);
      }
      const written = writeEjected(top, files);
      if (!written.ok) return written;
      for (const text of written.value) emit({ type: "note", text });
      return ok({});
    });
  },
};
