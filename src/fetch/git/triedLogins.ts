import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homeOf } from "../../base/paths.ts";
import { type GitRun, runGit } from "./repository.ts";

/** By which means git could have logged in to a repository. Names them only; what is in them is not said. */
export async function triedLogins(url: string, run: GitRun): Promise<string[]> {
  const home = homeOf(run.env);
  return sshTarget(url) ? overSsh(run, home) : await overHttp(url, run, home);
}

async function overSsh({ env }: GitRun, home: string): Promise<string[]> {
  const notes = [await agent(env)];
  const keys = existsSync(`${home}/.ssh`)
    ? readdirSync(`${home}/.ssh`).filter((name) => /^id_\w+$/.test(name))
    : [];
  notes.push(
    keys.length > 0
      ? `key files: ${keys.map((key) => `\`~/.ssh/${key}\``).join(", ")}`
      : "no key file `~/.ssh/id_*`",
  );
  // Gantry sets one of its own where the user has none.
  if (env.GIT_SSH_COMMAND && env.GIT_SSH_COMMAND !== "ssh -o BatchMode=yes")
    notes.push("`GIT_SSH_COMMAND` is set, and was used");
  return notes;
}

async function agent(env: NodeJS.ProcessEnv): Promise<string> {
  if (!env.SSH_AUTH_SOCK) return "no SSH agent: `SSH_AUTH_SOCK` is not set";
  const { execa } = await import("execa");
  const listed = await execa("ssh-add", ["-l"], {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 5000,
  });
  if (listed.exitCode === 1) return "the SSH agent has no key";
  if (listed.exitCode !== 0) return "the SSH agent that `SSH_AUTH_SOCK` names does not answer";
  const keys = listed.stdout.split("\n").filter((line) => line !== "").length;
  return `the SSH agent has ${keys} ${keys === 1 ? "key" : "keys"}`;
}

async function overHttp(url: string, run: GitRun, home: string): Promise<string[]> {
  const helpers = await runGit(["config", "--get-urlmatch", "credential.helper", url], run);
  const helper = helpers.stdout.toString().trim().split(/\s/)[0];
  const headers = await runGit(["config", "--get-urlmatch", "http.extraHeader", url], run);
  return [
    helper === undefined || helper === ""
      ? "no credential helper is configured"
      : `the credential helper ${helper.startsWith("!") ? "that a shell command of yours is" : `\`${helper}\``}`,
    netrc(url, `${home}/.netrc`),
    ...(headers.ok ? ["the header that `http.extraHeader` gives"] : []),
    ...(run.env.GIT_ASKPASS || run.env.SSH_ASKPASS
      ? ["the program that `GIT_ASKPASS` or `SSH_ASKPASS` names"]
      : []),
  ];
}

function netrc(url: string, file: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (!existsSync(file)) return "no `~/.netrc`";
  const machines = readFileSync(file, "utf8").split(/\s+/);
  const named = machines.some((word, at) => word === host && machines[at - 1] === "machine");
  return named ? `\`~/.netrc\` has a line for \`${host}\`` : `\`~/.netrc\` has no line for \`${host}\``;
}

/** `git@host`, and the port as ssh wants it; undefined for a URL that is not reached by SSH. */
export function sshTarget(
  url: string,
): { readonly user: string; readonly host: string; readonly port?: string } | undefined {
  const [, user = "git", host, port] =
    /^(?:git\+)?ssh:\/\/(?:([^/@:]*)(?::[^/@]*)?@)?([^/:]+)(?::(\d+))?/.exec(url) ??
    /^(?![\w+]+:\/\/)(?:([^/@:]+)@)?([^/:]+):/.exec(url) ??
    [];
  if (host === undefined) return undefined;
  return port === undefined ? { user, host } : { user, host, port };
}
