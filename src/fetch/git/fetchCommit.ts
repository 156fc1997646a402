import { existsSync, readdirSync } from "node:fs";
import { byCodeUnit } from "../../base/canonical.ts";
import type { GitReference } from "../../cargo/sourceId.ts";
import { cargoHome } from "../userCargoConfig.ts";
import { repositoryName } from "./gitSource.ts";
import { type GitOutput, type GitRun, runGit } from "./runGit.ts";

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
