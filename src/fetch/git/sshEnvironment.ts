import { type GitRun, runGit } from "./runGit.ts";

/**
 * The environment with an `ssh` that asks nothing on the terminal (whose live display it would disturb), unless the
 * user says how git calls it.
 */
export async function sshEnvironment(run: GitRun): Promise<NodeJS.ProcessEnv> {
  const { env } = run;
  if (env.GIT_SSH_COMMAND || env.GIT_SSH) return env;
  const configured = await runGit(["config", "--get", "core.sshCommand"], run);
  return configured.ok ? env : { ...env, GIT_SSH_COMMAND: "ssh -o BatchMode=yes" };
}
