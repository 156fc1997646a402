import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { withLines } from "../../base/format.ts";
import { isInside } from "../../base/paths.ts";
import { isEjected } from "../../eject/ejectedFile.ts";
import { directoryOf, ejectKinds } from "../../eject/kinds/kinds.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { gantryLock } from "../../fetch/gantryLock.ts";
import type { Project } from "../../project/findProject.ts";
import { isIgnoredByGit, isTrackedByGit, repositoryOf } from "../../project/gitRules.ts";
import { openRepository, type Repository } from "../../shell/hooks/git.ts";
import { textOf } from "../../tree/files.ts";
import { type Finding, fine } from "./finding.ts";

const about = "git";

/** What git must have, and what it must not. Of the project's code nothing is looked at. */
export async function gitFindings({ project, env, signal }: InputContext): Promise<readonly Finding[]> {
  const { root } = project;
  if (repositoryOf(root) === undefined)
    return [{ about, state: "warning", found: "the project lies in no repository", fix: ["git init"] }];
  const kept = [...sharedFiles(project), ...ejectedFiles(project)];
  const findings = kept.flatMap((each) => uncommitted(root, each));
  const opened = await openRepository(root, { env, signal });
  const ignored: string[] = [];
  for (const [names, why] of ownFiles) {
    const unignored: string[] = [];
    for (const name of names.filter((each) => existsSync(join(root, each)))) {
      const path = join(root, name);
      // What is committed on purpose, such as a `.env` for everybody, is their decision.
      if (isTrackedByGit(path)) continue;
      const isLoose = opened.ok && (await isUnignored(opened.value, path));
      (isLoose ? unignored : ignored).push(name);
    }
    if (unignored.length > 0) findings.push(notIgnored(root, unignored, why));
  }
  if (findings.length > 0) return findings;
  const is = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`${backticked(names)} ${names.length === 1 ? "is" : "are"} ${what}`];
  const files = kept.map(({ file }) => file);
  const staged = opened.ok ? await stagedAmong(opened.value, files) : [];
  const shown = (some: readonly string[]) => some.map((file) => relative(root, file));
  const committed = shown(files.filter((file) => !staged.includes(file)));
  return [
    fine(
      about,
      [
        ...is(committed, opened.ok ? "committed" : "tracked"),
        ...is(ignored, committed.length > 0 ? "not" : "not committed"),
        ...is(shown(staged), "staged, and not committed yet"),
      ].join(", "),
    ),
  ];
}

/** Of files that git tracks, those that the latest commit does not have, or all where there is no commit. */
async function stagedAmong({ top, git }: Repository, files: readonly string[]): Promise<readonly string[]> {
  const paths = new Map(files.map((file) => [file, relative(top, realPlace(file))]));
  const words = ["ls-tree", "--name-only", "-r", "-z", "HEAD", "--"];
  const committed = new Set((await git([...words, ...paths.values()])).stdout.split("\0"));
  return files.filter((file) => !committed.has(paths.get(file) ?? ""));
}

type Shared = { readonly file: string; readonly why: string };

/** What builds go by. */
function sharedFiles({ root, lock, configuration, toolchainFile }: Project): readonly Shared[] {
  const why = "everybody who has the project has it, or builds are not the same";
  const top = repositoryOf(root) ?? root;
  const files = [lock, join(root, gantryLock), configuration ?? [], toolchainFile ?? []].flat();
  return files.filter((file) => existsSync(file) && isInside(file, top)).map((file) => ({ file, why }));
}

/** Whoever has git ignore one of these has it for themselves. */
function ejectedFiles({ root }: Project): readonly Shared[] {
  return ejectKinds.flatMap((kind) =>
    kind.paths
      .map((path) => join(directoryOf(kind, root), path))
      .filter((file) => isEjected(textOf(file) ?? "") && !isIgnoredByGit(file))
      .map((file) => ({ file, why: "it is for those who do not have Gantry" })),
  );
}

function uncommitted(root: string, { file, why }: Shared): Finding[] {
  if (isTrackedByGit(file)) return [];
  const shown = relative(realpathSync(root), join(realpathSync(dirname(file)), basename(file)));
  const isIgnored = isIgnoredByGit(file);
  return [
    {
      about,
      state: isIgnored ? "wrong" : "warning",
      found: isIgnored ? `git ignores \`${shown}\`` : `\`${shown}\` is not committed`,
      expected: why,
      fix: [isIgnored ? `remove it from .gitignore, then: git add ${shown}` : `git add ${shown}`],
    },
  ];
}

/** What belongs to one person or machine, and what it is. */
const ownFiles = [
  [[".gantry", "result"], "Gantry makes"],
  [[".env", ".envrc.local"], "may hold secrets"],
] as const;

/** What git itself says: a `.gitignore` below, and the user's own rules, count for what is committed. */
async function isUnignored({ top, git }: Repository, path: string): Promise<boolean> {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard", "--"];
  return (await git([...words, relative(top, realPlace(path))])).stdout !== "";
}

/** `path` may be a link, which itself is looked at. */
function realPlace(path: string): string {
  return join(realpathSync(dirname(path)), basename(path));
}

function notIgnored(root: string, names: readonly string[], why: string): Finding {
  const lines = names.map((name) => `/${name}`);
  return {
    about,
    state: "warning",
    found: `git does not ignore ${backticked(names)}, which ${why}`,
    fix: [`add to .gitignore: ${lines.join(" ")}`],
    repair() {
      const file = join(root, ".gitignore");
      writeFileSync(file, withLines(textOf(file) ?? "", lines));
      return `added ${lines.join(" ")} to .gitignore`;
    },
  };
}
