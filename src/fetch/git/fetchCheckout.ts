import { mkdirSync, rmSync } from "node:fs";
import type { Digest } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { GitReference } from "../../cargo/sourceId.ts";
import type { Bring, Store, TreeFile } from "../../store/store.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";
import { stopped } from "../progress.ts";
import { conversionsOf, converted } from "./attributes.ts";
import { explainGitFailure, gitMissing, gitOffline, revisionGone } from "./explainGitFailure.ts";
import { type GitSource, withoutUser } from "./gitSource.ts";
import {
  cargoDatabase,
  fetchCommit,
  type GitRun,
  type PinnedCommit,
  runGit,
  sshEnvironment,
} from "./repository.ts";
import { type CommitEntry, listCommit, writeCommit } from "./writeCommit.ts";

export type FetchCheckoutOptions = {
  /** Where git runs: a directory of the user's. */
  readonly workspaceDir: string;
  /** The user's own environment, which says how git logs in and where Cargo's home is. */
  readonly env: NodeJS.ProcessEnv;
  /** Ask no server. */
  readonly offline: boolean;
  /** Whose dependency it is, for messages: `my-dep v1.2.3`. */
  readonly wantedBy: string;
  /** As what the project's configuration names it. Default: it is a package of the lock. */
  readonly wantedAs?: "input" | "registry";
  readonly signal?: AbortSignal | undefined;
  /** Told before a server is asked. */
  readonly asking?: () => void;
  /** Told that another process fetches it, and when that is over. */
  readonly onWait?: (isOver: boolean) => void;
  /** Says before that whether one shall be asked. Default: yes. */
  readonly mayAsk?: (() => Promise<Result<void>>) | undefined;
  /** Default: no other machine is asked. */
  readonly bring?: Bring | undefined;
};

/**
 * A repository at one commit, its submodules included, as one immutable tree of the store: from the store, else from
 * Cargo's own copy of the repository, else from another machine that had it, else fetched by the user's `git`. What is in it does not depend on the user's
 * settings, but on `.gitattributes` in it; links that lead out of it are left out.
 *
 * Errors: `git-authentication`, `git-host-key`, `git-unreachable`, `git-repository-missing`, `git-revision-gone`,
 * `git-offline`, `git-missing`, `git-malformed`, `git-failed`, `interrupted`.
 *
 * @example
 * const source = { kind: "git", url: "https://github.com/me/dep", reference: { kind: "default" }, commit } as const;
 * const tree = await fetchCheckout(source, store, { workspaceDir, env, offline: false, wantedBy: "dep v1.0.0" });
 */
export async function fetchCheckout(
  source: GitSource,
  store: Store,
  options: FetchCheckoutOptions,
): Promise<Result<Digest>> {
  const before = checkoutOnRecord(source, store);
  if (before) return ok(before);
  // Several steps, or processes, may want the same commit at once: whoever waited finds it there.
  await using _ = await store.exclusive(`git ${source.commit}`, options.signal, options.onWait);
  await bringCheckouts([source], store, options);
  const meanwhile = checkoutOnRecord(source, store);
  if (meanwhile) return ok(meanwhile);
  if (options.signal?.aborted) return err(stopped());
  await using scratch = await store.tempDir("git");
  const directory = `${scratch.path}/checkout`;
  const files = await addCommit(source, directory, { ...options, scratch: scratch.path });
  if (!files.ok) return files;
  const leaving = leavingLinks(files.value);
  for (const path of leaving) rmSync(`${directory}/${path}`);
  const tree = await store.addTree(
    directory,
    files.value.filter(({ path }) => !leaving.has(path)),
  );
  store.records.set("git", recordKey(source), tree);
  return ok(tree);
}

/** The commit says what is in it; where a submodule comes from may be written relative to the URL. */
function recordKey({ url, commit }: GitSource): string {
  return `${withoutUser(url)} ${commit}`;
}

/** The tree of a repository at a commit that the store has; undefined: it has not. */
export function checkoutOnRecord(source: GitSource, store: Store): Digest | undefined {
  return store.records.get("git", recordKey(source));
}

/** Brings what neither the store nor Cargo has, in one go. */
export async function bringCheckouts(
  sources: readonly GitSource[],
  store: Store,
  {
    bring,
    workspaceDir,
    env,
    signal,
  }: Pick<FetchCheckoutOptions, "bring" | "workspaceDir" | "env" | "signal">,
): Promise<void> {
  if (!bring) return;
  const missing = sources.filter((source) => checkoutOnRecord(source, store) === undefined);
  const run = { directory: workspaceDir, env, signal };
  const ofCargo = await Promise.all(missing.map((source) => cargoDatabase(source, run)));
  const wanted = missing.filter((_, at) => ofCargo[at] === undefined);
  if (wanted.length > 0) await bring(wanted.map((source) => ({ kind: "git", key: recordKey(source) })));
}

/** The links of a tree that lead out of it, or round in a circle. */
function leavingLinks(files: readonly TreeFile[]): ReadonlySet<string> {
  const links = linksAmong(files);
  return new Set([...links.keys()].filter((path) => followLinks(links, path) === undefined));
}

type AddCommitOptions = FetchCheckoutOptions & {
  /** Where repositories are fetched to. */
  readonly scratch: string;
  /** The submodule's path in the checkout; absent for the repository itself. */
  readonly submodule?: string;
};

/** Writes a commit, and below it its submodules at the commits that it records, to a directory. */
async function addCommit(
  pin: PinnedCommit,
  directory: string,
  options: AddCommitOptions,
): Promise<Result<TreeFile[]>> {
  const repository = await repositoryWith(pin, options);
  if (!repository.ok) return repository;
  const run = { directory: repository.value, env: options.env, signal: options.signal };
  const entries = await listCommit(pin.commit, run);
  if (!entries.ok) return entries;
  mkdirSync(directory, { recursive: true });
  const index = `${options.scratch}/index-${pin.commit}`;
  const conversions = await conversionsOf(entries.value, { commit: pin.commit, index }, run);
  if (!conversions.ok) return conversions;
  const convert = ({ path, id }: CommitEntry, bytes: Buffer) => {
    const conversion = conversions.value.get(path);
    return conversion ? converted(bytes, conversion, id) : bytes;
  };
  const files = await writeCommit(entries.value, { directory, convert }, run);
  const recorded = entries.value.filter(({ type }) => type === "submodule");
  const modules = recorded.length === 0 ? [] : await submodules(pin, run);
  for (const { path, id } of recorded) {
    mkdirSync(`${directory}/${path}`, { recursive: true });
    const module = modules.find((each) => each.path === path);
    const submodule = options.submodule === undefined ? path : `${options.submodule}/${path}`;
    // Recorded without a URL, or never to be updated: Cargo leaves the directory empty, too.
    const below = module
      ? await addCommit({ ...module, commit: id }, `${directory}/${path}`, { ...options, submodule })
      : ok([]);
    if (!below.ok) return below;
    if (below.value.length === 0) files.push({ type: "directory", path });
    files.push(...below.value.map((file) => ({ ...file, path: `${path}/${file.path}` })));
  }
  return ok(files);
}

/** A repository that has the commit: Cargo's own, or one of ours into which it is fetched. */
async function repositoryWith(pin: PinnedCommit, options: AddCommitOptions): Promise<Result<string>> {
  const { workspaceDir, env, signal, scratch, wantedBy, wantedAs, submodule } = options;
  const cargos = await cargoDatabase(pin, { directory: workspaceDir, env, signal });
  if (cargos !== undefined) return ok(cargos);
  const subject = { ...pin, wantedBy, wantedAs, submodule };
  if (options.offline) return err(gitOffline(subject));
  const allowed = (await options.mayAsk?.()) ?? ok();
  if (!allowed.ok) return allowed;
  options.asking?.();
  const directory = `${scratch}/${pin.commit}`;
  mkdirSync(directory, { recursive: true });
  const format = pin.commit.length === 64 ? ["--object-format=sha256"] : [];
  const initArguments = ["init", "--quiet", "--bare", "--template=", ...format];
  const init = await runGit(initArguments, { directory, env, signal });
  if (init.absent) return err(gitMissing(wantedBy));
  if (init.interrupted) return err(stopped());
  const run = { directory, env: await sshEnvironment({ directory, env, signal }), signal };
  const outcome = await fetchCommit(pin, run);
  if (signal?.aborted) return err(stopped());
  switch (outcome.status) {
    case "there":
      return ok(directory);
    case "gone":
      return err(revisionGone(subject));
    case "failed": {
      const { interrupted, stderr } = outcome.output;
      return err(interrupted ? stopped() : await explainGitFailure(subject, stderr, run));
    }
    default:
      return unreachable(outcome);
  }
}

/** Where the commits that a repository records for its submodules come from. */
type Submodule = Omit<PinnedCommit, "commit"> & { readonly path: string };

/**
 * The submodules that `.gitmodules` of a commit names, less those that are never updated (`update = none`), which
 * Cargo leaves out as well (1.95). Relative URLs count from `url`, that of the repository itself.
 */
async function submodules({ url, commit }: PinnedCommit, run: GitRun): Promise<Submodule[]> {
  const list = await runGit(["config", "--blob", `${commit}:.gitmodules`, "--null", "--list"], run);
  const sections = new Map<string, Record<string, string>>();
  for (const setting of list.stdout.toString().split("\0")) {
    const [, name, key, value = ""] = /^submodule\.(.+)\.(\w+)\n(.*)$/s.exec(setting) ?? [];
    if (name === undefined || key === undefined) continue;
    sections.set(name, { ...sections.get(name), [key]: value });
  }
  return [...sections.values()].flatMap(({ path, url: written, branch, update }): Submodule[] => {
    if (path === undefined || written === undefined || update === "none") return [];
    const isNamed = branch !== undefined && branch !== "" && branch !== ".";
    const reference: GitReference = isNamed ? { kind: "branch", name: branch } : { kind: "default" };
    return [{ path, url: submoduleUrl(written, url), reference }];
  });
}

/**
 * The URL of a submodule as `.gitmodules` writes it; `./x` and `../x` count from the URL of the repository that it
 * is part of (gitsubmodules(7)).
 *
 * @example
 * submoduleUrl("../b.git", "ssh://git@h/team/a.git") // "ssh://git@h/team/b.git"
 */
export function submoduleUrl(written: string, parent: string): string {
  if (!/^\.\.?(?:\/|$)/.test(written)) return written;
  let base = parent.replace(/\/+$/, "");
  const parts = written.split("/").filter((part) => part !== "");
  let separator = "/";
  while (parts[0] === "." || parts[0] === "..") {
    if (parts.shift() === ".") continue;
    const slash = base.lastIndexOf("/");
    const at = slash === -1 ? base.lastIndexOf(":") : slash;
    // `git@host:repo` has its root after the colon.
    separator = slash === -1 ? ":" : "/";
    base = at === -1 ? base : base.slice(0, at);
  }
  return `${base}${separator}${parts.join("/")}`;
}
