import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Text, a link, or nothing any more. */
export type Content = string | { readonly link: string } | undefined;

/** A real repository that a test makes, with commits that have the same names on every machine. */
export type GitRepository = {
  readonly directory: string;
  /** Adds, replaces and removes files, and returns the new commit. */
  commit(files: Readonly<Record<string, Content>>): string;
  git(...args: string[]): string;
};

export function gitRepository(directory: string): GitRepository {
  mkdirSync(directory, { recursive: true });
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: directory, env: testerEnv(), encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=main");
  return {
    directory,
    git,
    commit(files) {
      for (const [path, content] of Object.entries(files)) put(join(directory, path), content);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "a change");
      return git("rev-parse", "HEAD");
    },
  };
}

function put(path: string, content: Content): void {
  rmSync(path, { recursive: true, force: true });
  if (content === undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") writeFileSync(path, content);
  else symlinkSync(content.link, path);
}

/** Nobody's settings, and one constant time. */
export function testerEnv(): NodeJS.ProcessEnv {
  const who = { NAME: "Tester", EMAIL: "tester@example.org", DATE: "2020-01-01T00:00:00Z" };
  const named = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  return {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(named),
    // Repositories of a test are each other's submodules.
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "protocol.file.allow",
    GIT_CONFIG_VALUE_0: "always",
  };
}

/** The files of a library without dependencies. */
export function library(
  name: string,
  version: string,
  code = `pub fn name() -> &'static str { "${name}" }\n`,
) {
  return {
    "Cargo.toml": `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n`,
    "src/lib.rs": code,
  };
}

/** The same files in a subdirectory. */
export function below(directory: string, files: Readonly<Record<string, Content>>): Record<string, Content> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]),
  );
}
