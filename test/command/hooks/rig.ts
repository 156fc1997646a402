import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";

export const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n';
export const formatted = "fn main() {}\n";
export const unformatted = "fn  main() { }\n";

/** A configuration with these hooks: text of an object. */
export function configurationWith(hooks: string): string {
  return `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: {}, checks: { hooks: crane.preCommit({ src, hooks: { ${hooks} } }) } };
});
`;
}

export type Committed = { readonly status: number | null; readonly said: string };

/** A project in a repository, and git as a person types it there. */
export type HookedProject = TempProject & {
  git(...words: string[]): Committed;
  gitIn(directory: string, ...words: string[]): Committed;
  /** What git knows of the working directory. */
  status(): string;
};

/**
 * A project in a repository with a first commit, whose hooks are installed after it.
 *
 * @param files beside a manifest, a program, and the lock
 */
export async function hookedProject(
  files: Readonly<Record<string, string>> = {},
  { install = true }: { readonly install?: boolean } = {},
): Promise<HookedProject> {
  const project = tempProject({
    "Cargo.toml": manifest,
    "src/main.rs": formatted,
    ".gitignore": "/target\n/.gantry\n",
    ...files,
  });
  project.lock();
  const gitIn = (directory: string, ...words: string[]): Committed => {
    const { status, stdout, stderr } = spawnSync("git", words, {
      cwd: directory,
      encoding: "utf8",
      env: { ...project.env, ...identity, LC_ALL: "C" },
    });
    return { status, said: project.shown(stdout + stderr) };
  };
  const git = (...words: string[]) => gitIn(project.root, ...words);
  const hooked = { ...project, git, gitIn, status: () => git("status", "--porcelain").said };
  for (const words of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    ["commit", "-q", "-m", "first"],
  ]) {
    const ran = git(...words);
    if (ran.status !== 0) throw new Error(ran.said);
  }
  if (install) {
    const installed = await project.gantry(["hooks", "install"]);
    if (installed.status !== 0) throw new Error(installed.err);
  }
  return hooked;
}

const identity = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "protocol.file.allow",
  GIT_CONFIG_VALUE_0: "always",
};

/** Without what differs from run to run. */
export function told(said: string): string {
  return said.replace(/, <time>/g, "").replace(/^index .*\n/gm, "");
}

export function bytesOf(project: HookedProject, path: string): string {
  return readFileSync(join(project.root, path), "utf8");
}
