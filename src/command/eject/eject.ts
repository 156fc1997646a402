import { backticked, type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { EjectSubject } from "../../eject/ejectedFile.ts";
import { type EjectKind, ejectKinds } from "../../eject/kinds/kinds.ts";
import type { Command, CommandOutcome } from "../command.ts";

type EjectOptions = {
  readonly what: EjectKind | undefined;
  readonly variant: string | undefined;
  /** Write nothing, and say what is stale. */
  readonly check: boolean;
};

const names = ejectKinds.map(({ name }) => name);
const variants = ejectKinds.flatMap((kind) => kind.variants ?? []);

/** `gantry eject`: writes files from the description, for those who do not have Gantry; or says which are stale. */
export const eject: Command<EjectOptions> = {
  doing: "writing what is ejected",
  details:
    "What is written is the same on every machine, begins with a line that says where it came from, and is meant to be " +
    "committed. A file that Gantry did not write is left as it is. In a project that has such files, `gantry check` has a " +
    "check `ejected`, which fails where they are stale. WHAT is one of:\n\n" +
    ejectKinds.map(({ name, summary }) => `\`${name}\`: ${summary}`).join("\n\n"),
  operands: [
    { name: "WHAT", summary: "what to write; with --check, default: all that was written", choices: names },
  ],
  options: [
    {
      name: "for",
      value: "SERVICE",
      summary: "of `ci`: the service that runs it [default: the one that the repository has files of]",
      choices: variants,
    },
    { name: "check", summary: "write nothing; exit with 1 and say how they differ if files are stale" },
  ],
  examples: [
    ["gantry eject ci", "a workflow that is `gantry check`, in .github/workflows/gantry.yml"],
    ["gantry eject ci --for gitlab", "the same for GitLab, in .gitlab/gantry.yml"],
    ["gantry eject --check", "whether all that was ejected is what the description says now"],
  ],
  read: (args) => ({
    what: ejectKinds.find(({ name }) => name === args.operands[0]),
    variant: args.choice("for", variants),
    check: args.count("check") > 0,
  }),
  async run(options, emit) {
    const { what, variant, check } = options;
    const wrong = misuse(options);
    if (wrong) return err(wrong);
    const { withProject } = await import("../open/project.ts");
    const { filesOfKind } = await import("../../eject/kinds/ejectedFiles.ts");
    const { staleFiles, writeEjected } = await import("./writeEjected.ts");
    return withProject(options, emit, async ({ inputs, offered }) => {
      const subject = { project: inputs.project, offered };
      if (what === undefined) return await checkAll(subject);
      const files = await filesOfKind(what, subject, variant);
      if (!files.ok) return files;
      if (check) {
        const stale = await staleFiles(files.value);
        return stale === undefined ? ok({ finished: "looking: nothing is stale" }) : err(stale);
      }
      const written = writeEjected(files.value);
      if (!written.ok) return written;
      for (const text of written.value) emit({ type: "note", text });
      return ok({});
    });
  },
};

function misuse({ what, variant, check }: EjectOptions): Diagnostic | undefined {
  if (what === undefined && !check)
    return diagnostic("usage", "`gantry eject` needs to know what to write", {
      help: [`it writes ${backticked(names)}: gantry eject ${names[0]}`],
      status: 2,
    });
  if (variant === undefined || what?.variants?.includes(variant)) return undefined;
  const takers = ejectKinds.filter((kind) => kind.variants?.includes(variant)).map(({ name }) => name);
  return diagnostic("usage", `\`--for ${variant}\` is of ${backticked(takers)}`, {
    help: takers.map((name) => `gantry eject ${name} --for ${variant}`),
    status: 2,
  });
}

/** Errors: `eject-stale`, with all files that are; and why of others nothing can be said. */
async function checkAll(subject: EjectSubject): Promise<Result<CommandOutcome>> {
  const { ejectedOnDisk } = await import("../../eject/kinds/ejectedFiles.ts");
  const { staleFiles } = await import("./writeEjected.ts");
  const there = await ejectedOnDisk(subject);
  const stale = await staleFiles(there.flatMap((each) => (each.type === "file" ? [each.file] : [])));
  const failed = there.flatMap((each) => (each.type === "failed" ? [each.problem] : []));
  const [first, ...also] = [...(stale ? [stale] : []), ...failed];
  if (first) return err(together(first, also));
  return ok({ finished: there.length > 0 ? "looking: nothing is stale" : "looking: nothing was ejected" });
}
