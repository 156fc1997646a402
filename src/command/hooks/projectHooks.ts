import { basename } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Project as Offered, preCommitsOf } from "../../crane/project.ts";
import type { CommitHook, PreCommit } from "../../derivation/commitHooks.ts";
import type { Project } from "../../project/findProject.ts";

/** A hook, and the source that it is about. */
export type ProjectHook = CommitHook & Pick<PreCommit, "src">;

/** All hooks that a project describes, in the order in which they run. */
export function hooksOfProject(offered: Offered): readonly ProjectHook[] {
  return preCommitsOf(offered).flatMap(({ src, hooks }) => hooks.map((hook) => ({ ...hook, src })));
}

/**
 * `hooks-none`.
 *
 * @param isStaged whether the configuration is staged as it is
 */
export function noHooks({ configuration = "gantry.config.ts" }: Project, isStaged = true): Diagnostic {
  return diagnostic("hooks-none", `\`${basename(configuration)}\` describes no hooks`, {
    notes: isStaged ? [] : ["it counts as it is staged, and you have changed it since"],
    help: [
      ...(isStaged ? [] : [`git add ${basename(configuration)}`]),
      "declare them beside the checks: hooks: crane.preCommit({ src, hooks: { rustfmt: true } })",
    ],
    status: 2,
  });
}
