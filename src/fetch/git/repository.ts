import { existsSync, readdirSync } from "node:fs";
import { byCodeUnit } from "../../base/digest.ts";
import type { GitReference } from "../../cargo/sourceId.ts";
import { cargoHome } from "../userCargoConfig.ts";
import { repositoryName } from "./gitSource.ts";

export type GitRun = {
  /** The bare repository, or a directory of the user's where git is asked about the user only. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  /** The index file that git uses. Default: the repository's, which a bare one has not. */
  readonly index?: string;
};

type GitOutput = {
  readonly ok: boolean;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** There is no such program. */
  readonly absent: boolean;
  readonly interrupted: boolean;
};

/**
 * Runs the user's own `git` with the user's own environment, so that agents, keys, `GIT_SSH_COMMAND`, credential
 * helpers, `.netrc`, proxies and `url.….insteadOf` work. Nothing is asked on the terminal. Variables by which git
 * finds another repository are left out (git sets them for its hooks), and those that have it print headers.
 * The repository is named, for git refuses to find one by itself that somebody else owns, or a bare one
 * (`safe.directory`, `safe.bareRepository`).
 */
export async function runGit(args: readonly string[], run: GitRun): Promise<GitOutput> {
  const { directory, env, signal, input = "", index } = run;
  const { execa } = await import("execa");
  const result = await execa("git", args, {
    cwd: directory,
    env: {
      ...gitEnvironment(env),
      GIT_DIR: directory,
      ...(index !== undefined && { GIT_INDEX_FILE: index }),
    },
    extendEnv: false,
    encoding: "buffer",
    maxBuffer: 1024 * 1024 * 1024,
    stripFinalNewline: false,
    input,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  return {
    ok: result.exitCode === 0,
    stdout: Buffer.from(result.stdout ?? []),
    stderr: Buffer.from(result.stderr ?? []).toString(),
    absent: result.code === "ENOENT",
    interrupted: result.isCanceled || result.signal === "SIGINT",
  };
}

function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !dropped.has(name) && !/^GIT_TRACE/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_ATTR_NOSYSTEM: "1" };
}

const dropped: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_CURL_VERBOSE",
]);

/**
 * The environment with an `ssh` that asks nothing on the terminal (whose live display it would disturb), and that waits
 * 30 s for a server and not some minutes, unless the user says how git calls it.
 */
export async function sshEnvironment(run: GitRun): Promise<NodeJS.ProcessEnv> {
  const { env } = run;
  if (env.GIT_SSH_COMMAND || env.GIT_SSH) return env;
  const configured = await runGit(["config", "--get", "core.sshCommand"], run);
  return configured.ok ? env : { ...env, GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=30" };
}

/** A commit of a repository. */
export type PinnedCommit = {
  /** As it is fetched. Credentials in it are the user's affair; it is never stored. */
  readonly url: string;
  readonly reference: GitReference;
  readonly commit: string;
};

/** What became of fetching; `gone`: the server answered, and does not have the commit. */
type Fetched =
  | { readonly status: "there" }
  | { readonly status: "gone" }
  | { readonly status: "failed"; readonly output: GitOutput };

/**
 * Fetches one commit into the bare repository in `run.directory`: it alone, where the server gives single commits;
 * else the branch, tag or ref that the manifest names, with its history; else all branches and tags.
 */
export async function fetchCommit(pin: PinnedCommit, run: GitRun): Promise<Fetched> {
  const { url, commit } = pin;
  const fetch = (args: readonly string[], refs: readonly string[]) =>
    runGit(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", ...args, "--", url, ...refs], run);
  const attempts = [
    () => fetch(["--depth=1"], [`+${commit}:refs/gantry/commit`]),
    () => fetch([], [`+${refOf(pin.reference)}:refs/gantry/reference`]),
    () => fetch([], ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]),
  ];
  let last: GitOutput | undefined;
  for (const attempt of attempts) {
    last = await attempt();
    if (await hasCommit(commit, run)) return { status: "there" };
    if (!last.ok && !isRefusal(last.stderr)) return { status: "failed", output: last };
  }
  return { status: "gone" };
}

/** Whether a repository has a commit and, at least, the top of its tree. */
async function hasCommit(commit: string, run: GitRun): Promise<boolean> {
  return (await runGit(["cat-file", "-e", `${commit}^{tree}`], run)).ok;
}

/** The server is there and lets us in, but does not give what was asked for, or not in this way. */
function isRefusal(stderr: string): boolean {
  return /not our ref|unadvertised object|couldn't find remote ref|does not support (?:shallow|--depth)|dumb http transport does not support shallow|shallow file has changed|remote did not send all necessary objects|unable to find .* under/i.test(
    stderr,
  );
}

function refOf(reference: GitReference): string {
  switch (reference.kind) {
    case "branch":
      return `refs/heads/${reference.name}`;
    case "tag":
      return `refs/tags/${reference.name}`;
    case "rev":
      return reference.name.startsWith("refs/") ? reference.name : "HEAD";
    case "default":
      return "HEAD";
  }
}

/**
 * The repository in Cargo's own database (`$CARGO_HOME/git/db/<name>-<hash>`) that has a commit, if there is one.
 * The hash is Cargo's own affair; a commit's name says what is in it, wherever it is found.
 */
export async function cargoDatabase({ url, commit }: PinnedCommit, run: GitRun): Promise<string | undefined> {
  const place = `${cargoHome(run.env, run.directory)}/git/db`;
  const name = repositoryName(url).toLowerCase();
  const names = existsSync(place) ? readdirSync(place).sort(byCodeUnit) : [];
  for (const each of names) {
    if (each.replace(/-[0-9a-f]+$/, "").toLowerCase() !== name) continue;
    const directory = `${place}/${each}`;
    if (await hasCommit(commit, { ...run, directory })) return directory;
  }
  return undefined;
}
