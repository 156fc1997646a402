import { backticked, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Project } from "../project/findProject.ts";
import { type ShellEnvironment, shellRootVariable, shellVariable } from "./environment.ts";
import { hookLines } from "./hook.ts";
import { dotenvWord, fishWord, nuWord, shellWord } from "./quote.ts";
import { placeOfVariable } from "./secrets.ts";

/** The forms that an environment is printed in, and what reads each. */
export const shellFormats = {
  sh: 'POSIX shells: eval "$(gantry env --sh)"',
  fish: "fish: gantry env --fish | source",
  nu: "Nushell: gantry env --nu | save --force env.nu; source env.nu",
  json: "programs",
  dotenv: "what reads a `.env`, without `PATH`",
  vscode: "`.vscode/settings.json`: where debuggers find the files of what `gantry build` made",
  direnv: "an `.envrc`, as `gantry eject envrc` writes one",
} as const;

export type ShellFormat = keyof typeof shellFormats;

/**
 * An environment as a text that sets it. `shellHook` is a part of those that POSIX shells read, which run it as the shell
 * itself does, and of the JSON.
 *
 * Errors: `dotenv-value`, for one that no `.env` can have.
 */
export function printedEnvironment(
  environment: ShellEnvironment,
  format: ShellFormat,
  project: Pick<Project, "root" | "configuration">,
): Result<string> {
  switch (format) {
    case "sh":
    case "direnv":
      return ok(forPosix(environment));
    case "fish":
      return ok(forFish(environment));
    case "nu":
      return ok(forNu(environment));
    case "json":
      return ok(asJson(environment));
    case "dotenv":
      return asDotenv(environment, project);
    case "vscode":
      return ok(asSettings(environment));
  }
}

/** What puts directories first on the `PATH`, where they are not first already. */
export function posixPath(path: readonly string[]): string {
  // An empty part of a PATH is the current directory.
  if (path.length === 0) return ":";
  const first = path.join(":");
  return `case $PATH: in ${shellWord(first)}:*) ;; *) export PATH=${shellWord(first)}\${PATH:+:$PATH} ;; esac`;
}

/** Puts directories first on the `PATH` of fish, without naming one twice. */
export function fishPath(path: readonly string[]): string {
  const last = [...path].reverse().map(fishWord).join(" ");
  return [
    `for directory in ${last}`,
    "  while set -l index (contains -i -- $directory $PATH); set -e PATH[$index]; end",
    "  set -gx PATH $directory $PATH",
    "end",
  ].join("\n");
}

/** The same for Nushell. */
export function nuPath(path: readonly string[]): string {
  return `$env.PATH = ($env.PATH | split row (char esep) | prepend [${path.map(nuWord).join(" ")}] | uniq)`;
}

function forPosix({ root, env, path, shellHook }: ShellEnvironment): string {
  return lines([
    ...Object.entries(env).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    posixPath(path),
    ...(shellHook === undefined ? [] : hookLines(shellHook, root)),
  ]);
}

function forFish({ env, path }: ShellEnvironment): string {
  return lines([
    ...Object.entries(env).map(([name, value]) => `set -gx ${name} ${fishWord(value)}`),
    fishPath(path),
  ]);
}

function forNu({ env, path }: ShellEnvironment): string {
  return lines([
    ...Object.entries(env).map(([name, value]) => `$env.${name} = ${nuWord(value)}`),
    nuPath(path),
  ]);
}

function asJson({ name, root, env, path, shellHook }: ShellEnvironment): string {
  return JSON.stringify({ version: 1, name, root, path, env, ...(shellHook && { shellHook }) }, undefined, 2);
}

/** Of CodeLLDB, and of rust-analyzer for the debuggers that it starts, by the names in their manuals. */
function asSettings({ root, sourceMap }: ShellEnvironment): string {
  const map = Object.fromEntries(
    sourceMap.map(([seen, directory]) => [seen, directory === root ? "${workspaceFolder}" : directory]),
  );
  const settings = { "lldb.launch.sourceMap": map, "rust-analyzer.debug.sourceFileMap": map };
  return JSON.stringify(settings, undefined, 2);
}

/** Who reads it is in no shell of Gantry's for that. */
function asDotenv(
  { env }: ShellEnvironment,
  project: Pick<Project, "root" | "configuration">,
): Result<string> {
  const { [shellVariable]: _, [shellRootVariable]: __, ...described } = env;
  const written = Object.entries(described).map(([name, value]) => [name, dotenvWord(value)] as const);
  const impossible = written.filter(([, word]) => word === undefined).map(([name]) => name);
  const [first] = impossible;
  if (first === undefined) return ok(lines(written.map(([name, word]) => `${name}=${word}`)));
  return err(
    diagnostic(
      "dotenv-value",
      `a \`.env\` cannot have the value of ${backticked(impossible)} so that all its readers understand it`,
      {
        notes: ["they disagree about line breaks, and about quotes beside other quotes, `$` and `\\`"],
        place: placeOfVariable(first, project),
        help: [
          `give ${impossible.length === 1 ? "it" : "them"} another value in \`env\`, such as the name of a file that has it`,
          `or take ${impossible.length === 1 ? "it" : "them"} out of \`env\`, for a shell alone: shellHook: "export ${first}=…"`,
          "what reads JSON has all: gantry env --json",
        ],
      },
    ),
  );
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
