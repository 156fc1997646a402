import { mkdirSync } from "node:fs";
import { err, ok, type Result } from "../../base/result.ts";
import { unreachable } from "../../base/unreachable.ts";
import type { Store } from "../../store/store.ts";
import { stopped } from "../registry/stopped.ts";
import { cargoDatabase } from "./cargoDatabase.ts";
import { explainGitFailure, gitMissing, gitOffline, revisionGone } from "./explainGitFailure.ts";
import type { FetchCheckoutOptions } from "./fetchCheckout.ts";
import { fetchCommit, type WantedCommit } from "./fetchCommit.ts";
import { listCommit } from "./listCommit.ts";
import { runGit } from "./runGit.ts";
import { sshEnvironment } from "./sshEnvironment.ts";
import { submodules } from "./submodules.ts";
import { writeCommit } from "./writeCommit.ts";

type TreeFile = Parameters<Store["compose"]>[0][number];

export type AddCommitOptions = FetchCheckoutOptions & {
  /** Where repositories are fetched to. */
  readonly scratch: string;
  /** The submodule's path in the checkout; absent for the repository itself. */
  readonly submodule?: string;
};

/** Writes a commit, and below it its submodules at the commits that it records, to a directory. */
export async function addCommit(
  wanted: WantedCommit,
  directory: string,
  options: AddCommitOptions,
): Promise<Result<TreeFile[]>> {
  const repository = await locate(wanted, options);
  if (!repository.ok) return repository;
  const run = { directory: repository.value, env: options.env, signal: options.signal };
  const entries = await listCommit(wanted.commit, run);
  if (!entries.ok) return entries;
  mkdirSync(directory, { recursive: true });
  const files = await writeCommit(entries.value, directory, run);
  const recorded = entries.value.filter(({ type }) => type === "submodule");
  const named = recorded.length === 0 ? [] : await submodules(wanted, run);
  for (const { path, id } of recorded) {
    const module = named.find((each) => each.path === path);
    mkdirSync(`${directory}/${path}`, { recursive: true });
    const reference = module?.branch
      ? ({ kind: "branch", name: module.branch } as const)
      : ({ kind: "default" } as const);
    const submodule = options.submodule === undefined ? path : `${options.submodule}/${path}`;
    // Recorded without a URL, or never to be updated: Cargo leaves the directory empty, too.
    const below = module
      ? await addCommit({ url: module.url, reference, commit: id }, `${directory}/${path}`, {
          ...options,
          submodule,
        })
      : ok([]);
    if (!below.ok) return below;
    if (below.value.length === 0) files.push({ type: "directory", path });
    files.push(...below.value.map((file) => ({ ...file, path: `${path}/${file.path}` })));
  }
  return ok(files);
}

/** A repository that has the commit: Cargo's own, or one of ours into which it was fetched. */
async function locate(wanted: WantedCommit, options: AddCommitOptions): Promise<Result<string>> {
  const { env, signal, scratch } = options;
  const known = await cargoDatabase(wanted, { directory: options.workspaceDir, env, signal });
  if (known !== undefined) return ok(known);
  const { wantedBy, wantedAs, submodule } = options;
  const subject = { ...wanted, wantedBy, wantedAs, submodule };
  if (options.offline) return err(gitOffline(subject));
  options.asking?.();
  const directory = `${scratch}/${wanted.commit}`;
  mkdirSync(directory, { recursive: true });
  const format = wanted.commit.length === 64 ? ["--object-format=sha256"] : [];
  const made = await runGit(["init", "--quiet", "--bare", "--template=", ...format], {
    directory,
    env,
    signal,
  });
  if (made.absent) return err(gitMissing(wantedBy));
  if (made.interrupted) return err(stopped());
  const run = { directory, env: await sshEnvironment({ directory, env, signal }), signal };
  const fetched = await fetchCommit(wanted, run);
  if (signal?.aborted) return err(stopped());
  switch (fetched.status) {
    case "there":
      return ok(directory);
    case "gone":
      return err(revisionGone(subject));
    case "failed": {
      const { interrupted, stderr } = fetched.output;
      return err(interrupted ? stopped() : await explainGitFailure(subject, stderr, run));
    }
    default:
      return unreachable(fetched);
  }
}
