import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { type Project as Offered, offeredOutputs } from "../crane/project.ts";
import { inputsOf, walkSteps } from "../derivation/steps.ts";
import { repositoryOf } from "../project/gitRules.ts";
import { type CiService, ciPipeline, type PipelineFacts } from "./ciPipeline.ts";
import type { EjectedFile } from "./ejectedFile.ts";

/** The top of the repository that a project lies in, or the project's own directory. */
export function repositoryRoot(root: string): string {
  const real = realpathSync(root);
  return repositoryOf(real) ?? real;
}

/**
 * What `gantry eject ci` writes for a project.
 *
 * @param service default: GitLab where the repository has a `.gitlab-ci.yml` and no workflows of GitHub's, else GitHub
 */
export function ejectedFiles(root: string, offered: Offered, service?: CiService): readonly EjectedFile[] {
  const top = repositoryRoot(root);
  return [ciPipeline(service ?? serviceOf(top), pipelineFacts(root, offered))];
}

function serviceOf(top: string): CiService {
  const isGitlabs = existsSync(join(top, ".gitlab-ci.yml")) && !existsSync(join(top, ".github/workflows"));
  return isGitlabs ? "gitlab" : "github";
}

function pipelineFacts(root: string, offered: Offered): PipelineFacts {
  const directory = relative(repositoryRoot(root), realpathSync(root)) || ".";
  const inputs = walkSteps(Object.values(offeredOutputs(offered))).flatMap(inputsOf);
  const locks = ["Cargo.lock", "gantry.lock"].filter(
    (name) => name === "Cargo.lock" || existsSync(join(root, name)),
  );
  return {
    native: inputs.flatMap((input) => (input.type === "native" ? [input] : [])),
    directory,
    locks: locks.map((name) => (directory === "." ? name : `${directory}/${name}`)),
  };
}
