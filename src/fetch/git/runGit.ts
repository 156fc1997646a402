export type GitRun = {
  /** The bare repository, or a directory of the user's where git is asked about the user only. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
};

export type GitOutput = {
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
  const { directory, env, signal, input = "" } = run;
  const { execa } = await import("execa");
  const result = await execa("git", args, {
    cwd: directory,
    env: { ...gitEnvironment(env), GIT_DIR: directory },
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
  return { ...Object.fromEntries(kept), LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
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
 * The environment with an `ssh` that asks nothing on the terminal (whose live display it would disturb), unless the
 * user says how git calls it.
 */
export async function sshEnvironment(run: GitRun): Promise<NodeJS.ProcessEnv> {
  const { env } = run;
  if (env.GIT_SSH_COMMAND || env.GIT_SSH) return env;
  const configured = await runGit(["config", "--get", "core.sshCommand"], run);
  return configured.ok ? env : { ...env, GIT_SSH_COMMAND: "ssh -o BatchMode=yes" };
}
