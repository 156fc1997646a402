import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";

type Running = { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal };

type Repository = Running & {
  /** Its working directory. */
  readonly top: string;
};

/**
 * Writes the files of a commit into a directory, as git would check them out. The repository, its index among it, stays as
 * it is. Submodules are left out.
 *
 * Errors: `revision-unknown`, with what a shallow clone needs; `git-missing`, `interrupted`.
 *
 * @param revision as git takes it: `main`, `origin/main`, `HEAD~3`
 * @param into an empty directory
 */
export async function writeEarlierTree(
  revision: string,
  into: string,
  { top, env, signal }: Repository,
): Promise<Result<void>> {
  const { execa } = await import("execa");
  mkdirSync(into, { recursive: true });
  const run = (...args: readonly string[]) =>
    execa("git", args, {
      cwd: top,
      env: { ...env, GIT_INDEX_FILE: resolve(into, "../index") },
      extendEnv: false,
      reject: false,
      cancelSignal: signal,
    });
  const commit = await run("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  if (commit.code === "ENOENT") return err(diagnostic("git-missing", "`git` not found on `PATH`"));
  if (commit.exitCode !== 0) {
    const shallow = await run("rev-parse", "--is-shallow-repository");
    return err(unknown(revision, shallow.stdout.trim() === "true"));
  }
  const read = await run("read-tree", commit.stdout.trim());
  const written = read.exitCode === 0 ? await run("checkout-index", "--all", `--prefix=${into}/`) : read;
  if (written.exitCode === 0) return ok();
  if (written.isCanceled || written.signal === "SIGINT") return err(diagnostic("interrupted", "interrupted"));
  return err(
    diagnostic("revision-unreadable", `git cannot write the files of \`${revision}\``, {
      causes: written.stderr.split("\n").filter((line) => line !== ""),
    }),
  );
}

/**
 * The files below a directory that are not as the last commit has them, or that it has not, but for those that git ignores; by
 * their paths in that directory. The index stays as it is. Empty where git does not tell.
 */
export async function uncommittedFiles(
  directory: string,
  { env, signal }: Running,
): Promise<readonly string[]> {
  const { execa } = await import("execa");
  const options = {
    ...{ cwd: directory, env: { ...env, GIT_OPTIONAL_LOCKS: "0" }, extendEnv: false },
    ...{ reject: false, cancelSignal: signal },
  };
  const lists = await Promise.all([
    execa("git", ["diff", "--name-only", "--relative", "--no-renames", "-z", "HEAD", "--", "."], options),
    execa("git", ["ls-files", "--others", "--exclude-standard", "-z", "--", "."], options),
  ]);
  return lists.flatMap(({ exitCode, stdout }) =>
    exitCode === 0 ? stdout.split("\0").filter((path) => path !== "") : [],
  );
}

function unknown(revision: string, isShallow: boolean): Diagnostic {
  return diagnostic("revision-unknown", `git knows no commit \`${revision}\` here`, {
    notes: isShallow ? ["the clone is shallow, as those of CI often are"] : [],
    help: isShallow
      ? ["fetch it: git fetch --depth=1 origin COMMIT, or have CI fetch all (`fetch-depth: 0`)"]
      : ["name a branch, a tag or a commit: gantry affected --since origin/main"],
    status: 2,
  });
}
