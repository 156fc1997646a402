import { unreachable } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import type { Command, GlobalOptions } from "../command.ts";
import type { Affected } from "./affectedSince.ts";

const formats = ["text", "json", "github"] as const;

type Format = (typeof formats)[number];

type AffectedOptions = { readonly since: string | undefined; readonly format: Format };

/** `gantry affected`: compares what builds read now with what they read at a commit. Builds nothing. */
export const affected: Command<AffectedOptions> = {
  doing: "comparing with the commit",
  details:
    "A check, a package or an image is named if anything that goes into it differs: a file of its source, the lock, the toolchain, the " +
    "configuration. A member of the workspace is named if its files, a crate that it needs, or a member that it depends on " +
    "differ, or if a file does that belongs to all. What is not named comes out as it did before. What lies in the checkout counts, " +
    "also what is not committed, of which a note tells.",
  options: [
    { name: "since", value: "REF", summary: "the commit to compare with: a branch, a tag, HEAD~1" },
    { name: "format", value: "FORMAT", summary: "how to print it [default: text]", choices: formats },
  ],
  examples: [
    ["gantry affected --since origin/main", "what a branch can touch"],
    ['gantry affected --since HEAD~1 --format github >> "$GITHUB_OUTPUT"', "for later jobs of a workflow"],
  ],
  read: (args) => ({ since: args.value("since"), format: args.choice("format", formats) ?? "text" }),
  async run(options, emit) {
    const since = options.since;
    if (since === undefined) {
      const { diagnostic } = await import("../../base/diagnostic.ts");
      return err(
        diagnostic("usage", "`gantry affected` needs a commit to compare with", {
          help: ["gantry affected --since origin/main"],
          status: 2,
        }),
      );
    }
    const found = await compared({ ...options, since }, emit);
    if (!found.ok) return found;
    const stdout = affectedText(found.value, options.format);
    // Somebody who reads it would wonder whether anything was compared.
    if (stdout === "") emit({ type: "note", text: `nothing differs from \`${since}\` that a build reads` });
    return ok({ stdout });
  },
};

async function compared(
  options: GlobalOptions & { readonly since: string },
  emit: Emit,
): Promise<Result<Affected>> {
  const { withProject } = await import("../open/project.ts");
  const { affectedSince } = await import("./affectedSince.ts");
  return withProject(options, emit, (project) => affectedSince(project, options.since));
}

/** As a program or a person reads it. With nothing affected, text is empty. */
function affectedText({ members, checks, packages, images }: Affected, format: Format): string {
  switch (format) {
    case "text":
      return [
        ...members.map(({ name, because }) => `member ${name} (${because})`),
        ...checks.map((name) => `check ${name}`),
        ...packages.map((name) => `package ${name}`),
        ...images.map((name) => `image ${name}`),
      ].join("\n");
    case "json":
      return JSON.stringify({ version: 1, members, checks, packages, images }, undefined, 2);
    case "github":
      return [
        `members=${JSON.stringify(members.map(({ name }) => name))}`,
        `checks=${JSON.stringify(checks)}`,
        `packages=${JSON.stringify(packages)}`,
        `images=${JSON.stringify(images)}`,
      ].join("\n");
    default:
      return unreachable(format);
  }
}
