import { basename } from "node:path";
import type { Digest } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { Store } from "../store/store.ts";
import { composeTexts, type TextFile } from "./composeTexts.ts";
import { fishPath, nuPath, posixPath } from "./printed.ts";
import { nuWord, shellWord } from "./quote.ts";

type Environment = Readonly<Record<string, string>>;

/** What starts the user's shell with an environment that its start-up files do not undo. */
type Entrance = {
  readonly argv: readonly [string, ...string[]];
  readonly env: Environment;
  /** The tree of the store with the files that the shell reads when it starts. */
  readonly tree?: Digest;
};

/** What a shell shall have when its start-up files are done. */
type Wanted = {
  /** Directories that come first on the `PATH`. */
  readonly path: readonly string[];
  /** All but `PATH`. */
  readonly variables: Environment;
  /** What stands before the prompt: `(gantry) `. */
  readonly mark: string;
};

/**
 * Starts a shell as the user knows it, with their start-up files. Those run after the environment was set, and may have put
 * `~/.cargo/bin` first on the `PATH`, or given a variable another value; so what counts is said again after them.
 *
 * The files that say it have no values of variables in them: those come in variables of their own, and no secret gets into the store.
 *
 * Errors: those of `composeTexts`.
 *
 * @param shell the program, as `SHELL` names it
 * @param env the user's environment, that of the shell already in it
 */
export async function entrance(
  shell: string,
  wanted: Wanted,
  { env, store }: { readonly env: Environment; readonly store: Store },
): Promise<Result<Entrance>> {
  const kind = startups[basename(shell)];
  if (kind === undefined) return ok({ argv: [shell], env });
  const copies = Object.entries(wanted.variables).map(([name, value], index) => ({
    name,
    value,
    copy: `_GANTRY_${index}`,
  }));
  const files = kind.files({ ...wanted, names: copies });
  const composed = await composeTexts(store, files);
  if (!composed.ok) return composed;
  const { tree, directory } = composed.value;
  const more = Object.fromEntries(copies.map(({ copy, value }) => [copy, value]));
  return ok({
    argv: [shell, ...kind.words(directory)],
    env: { ...env, ...more, ...kind.env?.(directory, env) },
    tree,
  });
}

/** What starts a shell that runs the commands it reads from the standard input. Nushell takes no script from there but as a file (0.115). */
export function readingCommands(shell: string): readonly [string, ...string[]] {
  return basename(shell) === "nu" ? [shell, "/dev/stdin"] : [shell];
}

/** The name of a variable, and that of its copy, which no start-up file changes. */
type Names = readonly { readonly name: string; readonly copy: string }[];

type Said = Pick<Wanted, "path" | "mark"> & { readonly names: Names };

type Startup = {
  readonly files: (said: Said) => readonly TextFile[];
  readonly words: (directory: string) => readonly string[];
  readonly env?: (directory: string, env: Environment) => Environment;
};

function posixText({ path, names }: Said): string[] {
  return [...names.map(({ name, copy }) => `export ${name}="$${copy}"; unset ${copy}`), posixPath(path)];
}

/** bash reads this file in the place of ~/.bashrc; the system's, where there is one, comes before both (bash 5.2). */
const bash: Startup = {
  words: (directory) => ["--rcfile", `${directory}/bashrc`, "-i"],
  files: (said) => [
    {
      path: "bashrc",
      text: text([
        "if [ -r ~/.bashrc ]; then . ~/.bashrc; fi",
        ...posixText(said),
        `PS1=${shellWord(said.mark)}$PS1`,
      ]),
    },
  ],
};

/** The user's own files are read by zsh itself, from where they are; what is set comes before the first prompt (zsh 5.9). */
const zsh: Startup = {
  words: () => ["-i"],
  env: (directory, env) => ({
    ZDOTDIR: directory,
    ...(env.ZDOTDIR !== undefined && { _GANTRY_ZDOTDIR: env.ZDOTDIR }),
  }),
  files: (said) => [
    {
      path: ".zshenv",
      text: text([
        'if [ -n "${_GANTRY_ZDOTDIR+set}" ]; then export ZDOTDIR="$_GANTRY_ZDOTDIR"; else unset ZDOTDIR; fi',
        "unset _GANTRY_ZDOTDIR",
        'if [ -r "${ZDOTDIR:-$HOME}/.zshenv" ]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi',
        "_gantry_enter() {",
        ...posixText(said).map((line) => `  ${line}`),
        `  PROMPT=${shellWord(said.mark)}$PROMPT`,
        '  precmd_functions=("${(@)precmd_functions:#_gantry_enter}")',
        "  unfunction _gantry_enter",
        "}",
        "precmd_functions+=(_gantry_enter)",
      ]),
    },
  ],
};

/** What `-C` says is run after the user's configuration (fish 3.6). */
const fish: Startup = {
  words: (directory) => ["-i", "-C", `source ${directory}/init.fish`],
  files: ({ path, names, mark }) => [
    {
      path: "init.fish",
      text: text([
        ...names.map(({ name, copy }) => `set -gx ${name} $${copy}; set -e ${copy}`),
        fishPath(path),
        "functions -c fish_prompt _gantry_prompt",
        "function fish_prompt",
        `  echo -n ${shellWord(mark)}`,
        "  _gantry_prompt",
        "end",
      ]),
    },
  ],
};

/** Likewise `--execute` (Nushell 0.115). */
const nu: Startup = {
  words: (directory) => ["--execute", `source ${nuWord(`${directory}/init.nu`)}`],
  files: ({ path, names, mark }) => [
    {
      path: "init.nu",
      text: text([
        ...names.map(({ name, copy }) => `$env.${name} = $env.${copy}; hide-env ${copy}`),
        nuPath(path),
        `const gantry_mark = ${nuWord(mark)}`,
        'let gantry_prompt = ($env.PROMPT_COMMAND? | default "")',
        "$env.PROMPT_COMMAND = {|| $gantry_mark + (if ($gantry_prompt | describe) == 'closure' { do $gantry_prompt } else { $gantry_prompt }) }",
      ]),
    },
  ],
};

/** The file that `ENV` names is read by each interactive POSIX shell (POSIX.1-2024, sh; dash 0.5, ksh 93). */
const sh: Startup = {
  words: () => ["-i"],
  env: (directory, env) => ({
    ENV: `${directory}/rc`,
    ...(env.ENV !== undefined && { _GANTRY_ENV: env.ENV }),
  }),
  files: (said) => [
    {
      path: "rc",
      text: text([
        'if [ -n "${_GANTRY_ENV+set}" ]; then export ENV="$_GANTRY_ENV"; else unset ENV; fi',
        "unset _GANTRY_ENV",
        'if [ -n "${ENV-}" ] && [ -r "$ENV" ]; then . "$ENV"; fi',
        ...posixText(said),
        `PS1=${shellWord(said.mark)}$PS1`,
      ]),
    },
  ],
};

/** How each shell is told to read a file after the user's own, by the name of its program. */
const startups: Readonly<Record<string, Startup>> = {
  bash,
  zsh,
  fish,
  nu,
  sh,
  dash: sh,
  ash: sh,
  ksh: sh,
  mksh: sh,
};

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
