import { realpathSync } from "node:fs";
import { relative } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok } from "../base/result.ts";
import { preCommitsOf } from "../crane/project.ts";
import type { CommitHook } from "../derivation/commitHooks.ts";
import type { Source } from "../derivation/model.ts";
import { shellWord } from "../shell/quote.ts";
import { type EjectedFile, headOf, type MakeFiles, repositoryRoot } from "./ejectedFile.ts";

/**
 * The project's hooks for those who use pre-commit or prek: all of them `local`, run with what is installed, as in a dev shell.
 * The fields are those of both (pre-commit 4.7, prek 0.5).
 *
 * Errors: `hooks-none`.
 */
export const preCommitConfig: MakeFiles = ({ project, offered }) => {
  const hooks = preCommitsOf(offered).flatMap(({ src, hooks: own }) => own.map((hook) => ({ hook, src })));
  if (hooks.length === 0) {
    return err(
      diagnostic("hooks-none", "the project describes no hooks", {
        help: ["declare them beside the checks: hooks: crane.preCommit({ src, hooks: { rustfmt: true } })"],
        status: 2,
      }),
    );
  }
  const directory = relative(repositoryRoot(project.root), realpathSync(project.root));
  const file: EjectedFile = {
    path: ".pre-commit-config.yaml",
    text: `${headOf(command)}repos:
  - repo: local
    hooks:
${hooks.map(({ hook, src }) => entryOf(hook, below(directory, src))).join("")}`,
    command,
    next: "commit it; each clone installs the hooks by: pre-commit install",
  };
  return ok([file]);
};

const command = "gantry eject pre-commit";

/** The directory of a hook's files from the top of the repository; empty: that itself. */
function below(directory: string, { root }: Source): string {
  return [directory, root].filter((part) => part !== "" && part !== ".").join("/");
}

function entryOf(hook: CommitHook, directory: string): string {
  const { select } = hook;
  const excludes = [...select.excludes.map((pattern) => inside(directory, pattern))];
  const fields: readonly (readonly [name: string, value: unknown, usual?: unknown])[] = [
    ["id", hook.id],
    ["name", hook.name],
    ["description", hook.description, ""],
    ["language", "system"],
    ["entry", entryIn(hook, directory)],
    ["files", directory === "" ? select.files : inside(directory, select.files), ""],
    ["exclude", excludes.length === 1 ? excludes[0] : excludes.map((each) => `(?:${each})`).join("|"), ""],
    ["types", select.types, ["file"]],
    ["types_or", select.typesOr, []],
    ["exclude_types", select.excludeTypes, []],
    ["pass_filenames", hook.passFilenames, true],
    ["always_run", hook.alwaysRun, false],
    ["fail_fast", hook.failFast, false],
    ["require_serial", hook.requireSerial, false],
    ["verbose", hook.verbose, false],
    ["stages", hook.stages, ["pre-commit"]],
  ];
  const lines = fields
    .filter(([name, value, usual]) => name === "stages" || JSON.stringify(value) !== JSON.stringify(usual))
    .map(([name, value]) => `${name}: ${yaml(value)}`);
  return `      - ${lines.join("\n        ")}\n`;
}

/** JSON is YAML; words that are no other thing go without quotes. */
function yaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yaml).join(", ")}]`;
  if (typeof value !== "string") return JSON.stringify(value);
  const isPlain =
    /^[A-Za-z][\w-]*(?: [\w-]+)*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

/** A pattern of paths from a directory, as one of paths from the top: what may begin anywhere stays so. */
function inside(directory: string, pattern: string): string {
  if (directory === "") return pattern;
  const prefix = `^${directory.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}/`;
  if (pattern === "") return prefix;
  return pattern.startsWith("^") && !pattern.includes("|")
    ? prefix + pattern.slice(1)
    : `${prefix}(?:.*?)(?:${pattern})`;
}

/** The command as words for Python's `shlex`, which both programs go by; in a directory it is given names from there. */
function entryIn({ entry, passFilenames }: CommitHook, directory: string): string {
  const words = entry.map(shellWord).join(" ");
  if (directory === "") return words;
  const strip = `for file do shift; set -- "$@" "\${file#${directory}/}"; done; `;
  const script = `${passFilenames ? strip : ""}cd ${shellWord(directory)} && exec ${words}${passFilenames ? ' "$@"' : ""}`;
  return `sh -c ${shellWord(script)} ${passFilenames ? "--" : ""}`.trim();
}
