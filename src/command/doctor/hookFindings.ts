import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { unreachable } from "../../base/narrowing.ts";
import type { Project as Offered } from "../../crane/project.ts";
import type { Project } from "../../project/findProject.ts";
import { repositoryOf } from "../../project/gitRules.ts";
import { openRepository } from "../../shell/hooks/git.ts";
import { type HookState, hookStates, sharedDirectory } from "../../shell/hooks/gitHook.ts";
import { gantryProgram } from "../../shell/hooks/installProjectHooks.ts";
import { hooksOfProject } from "../hooks/projectHooks.ts";
import { type Finding, findingOf, fine } from "./finding.ts";

/** Whether git runs the hooks that a project describes. Without a configuration nobody asked for any, but may have installed them. */
export async function hookFindings(
  project: Project,
  offered: Offered,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const hooks = hooksOfProject(offered);
  const { root, configuration } = project;
  if (hooks.length === 0 || repositoryOf(root) === undefined) return [];
  const opened = await openRepository(root, { env: process.env, signal });
  const isAsked = configuration !== undefined;
  if (!opened.ok) return isAsked ? [findingOf("hooks", "warning", opened.error)] : [];
  const repository = opened.value;
  const wanted = { repository, root: realpathSync(root), hooks, gantry: gantryProgram() };
  const elsewhere = sharedDirectory(wanted);
  if (elsewhere && !isAsked) return [];
  if (elsewhere) return [findingOf("hooks", "warning", elsewhere)];
  const states = hookStates(wanted);
  if (isAsked && states.every(({ state }) => state === "absent")) return [neverInstalled];
  return states
    .filter(({ state }) => isAsked || state === "installed" || state === "stale")
    .map(findingOfState);
}

/** What a description offers, nobody has to use: `gantry init` writes hooks that the check runs as well. */
const neverInstalled: Finding = {
  ...fine("hooks", "git runs none of them before a commit; `gantry check` runs what the description says"),
  expected: "what has git run them: gantry hooks install",
};

function findingOfState({ file, state, by = "somebody else's", gone }: HookState): Finding {
  const name = basename(file);
  const trouble = (found: string, fix: string): Finding => ({
    about: "hooks",
    state: "warning",
    found,
    fix: [fix],
  });
  switch (state) {
    case "installed":
      return fine("hooks", `git runs them (${name})`);
    case "absent":
      return trouble(`git does not run them: there is no ${name}`, "gantry hooks install");
    case "stale":
      return gone === undefined
        ? trouble(`the ${name} that git runs is not what Gantry writes now`, "gantry hooks install")
        : trouble(`the ${name} that git runs starts ${gone}, which is gone`, "gantry hooks install");
    case "foreign":
      return trouble(`the ${name} that git runs is ${by}`, "gantry hooks install --chain");
    case "directory":
      return trouble(
        `git runs none: the ${name} is a directory`,
        "move it away, and then: gantry hooks install",
      );
    default:
      return unreachable(state);
  }
}
