import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, resolve } from "node:path";
import { isatty } from "node:tty";
import { type Diagnostic, diagnostic, notFound } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { shellWord } from "../../shell/quote.ts";
import type { Command, CommandOutcome, GlobalOptions } from "../command.ts";
import type { OpenShell } from "./openShell.ts";

type DevelopOptions = {
  readonly name: string | undefined;
  /** What runs in the environment in the place of a shell; empty: a shell. */
  readonly argv: readonly string[];
  readonly shell: string | undefined;
  /** Whether an empty target directory is filled first. */
  readonly warm: boolean;
};

/** `gantry develop`: becomes the user's shell, or a command, in the environment that the description gives developers. */
export const develop: Command<DevelopOptions> = {
  doing: "opening the dev shell",
  details:
    "The shell is your own, with its start-up files, and begins its prompt with `(gantry)`. In it the project's toolchain " +
    "comes first on the PATH, then the packages of the dev shell and those of the checks, and their variables are set. " +
    "Cargo is plain Cargo, with `target/` of its own. Leaving it, by `exit`, restores what was before. Where the standard " +
    "input is no terminal, the shell runs the commands that come from there.",
  operands: [{ name: "NAME", summary: "which of the project's dev shells [default: default]" }],
  options: [
    {
      name: "command",
      short: "c",
      value: "CMD...",
      takesRest: true,
      summary: "run this command instead of a shell; all words after it belong to it",
    },
    { name: "shell", value: "PROGRAM", summary: "which shell [default: $SHELL]" },
    { name: "warm", summary: "fill `target/` first, if nothing is compiled in it, as `gantry warm` does" },
  ],
  examples: [
    ["gantry develop", "a shell with everything that the project needs"],
    ["gantry develop --warm", "and in a new worktree Cargo compiles the project's own code alone"],
    ["gantry develop -c cargo test --workspace", "one command in it; its exit status is that of Gantry"],
    [
      "gantry develop ci -c sh -c 'cargo build && ./smoke-test'",
      "another shell of the project; a line of shell",
    ],
  ],
  read: (args) => ({
    name: args.operands[0],
    argv: args.values("command"),
    shell: args.value("shell"),
    warm: args.count("warm") > 0,
  }),
  async run(options, emit) {
    const { installShellHooks, withShell } = await import("./openShell.ts");
    const outcome = await withShell(options, emit, async (open) => {
      await installShellHooks(open, emit);
      return entered(open, options, emit);
    });
    return outcome.ok ? outcome : err(await withProgramHint(outcome.error, options.name));
  },
};

async function entered(
  { session, environment }: OpenShell,
  options: GlobalOptions & DevelopOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const { shellKey } = await import("../../store/contents.ts");
  const { shellRootVariable, shellVariable } = await import("../../shell/environment.ts");
  const { name, root, trees, shellHook, parts, notes } = environment;
  const { store } = session;
  const before = definedIn(process.env);
  const outer = process.env[shellVariable];
  const outerRoot = process.env[shellRootVariable];
  const path = searched(environment.path, before.PATH);
  let env: Readonly<Record<string, string>> = { ...before, ...environment.env, PATH: path };
  if (shellHook !== undefined) {
    const { runShellHook } = await import("../../shell/hook.ts");
    emit({ type: "handover" });
    const slow = setTimeout(() => emit({ type: "note", text: "the `shellHook` runs …" }), 1000);
    const left = await runShellHook(shellHook, { env, root }).finally(() => clearTimeout(slow));
    if (left.ok) env = left.value;
    else if (options.argv.length > 0) return left;
    // One has to get in to see what is wrong.
    else emit({ type: "warning", diagnostic: left.error });
  }
  const alive = (more: readonly (typeof trees)[number][]) =>
    store.records.set("shell", shellKey(root, name, process.pid), [...trees, ...more]);
  if (options.warm) {
    const { fillTarget } = await import("./emptyTarget.ts");
    const filled = await fillTarget(session, { env, signal: options.signal }, emit);
    if (!filled.ok) return filled;
  }
  const [program, ...words] = options.argv;
  if (program !== undefined) {
    const missing = await missingProgram(program, { path: env.PATH ?? "", cwd: options.cwd });
    if (missing) return err(missing);
    alive([]);
    return ok({ exec: { argv: [program, ...words], env, cwd: options.cwd } });
  }
  const { entrance, readingCommands } = await import("../../shell/enter.ts");
  const shell = options.shell ?? (process.env.SHELL || userShell());
  const noShell = await missingProgram(shell, { path: env.PATH ?? "", cwd: options.cwd });
  if (noShell) return err({ ...noShell, ...missingShell(shell) });
  if (!isatty(0)) {
    // No prompt, and nothing that is said to a person.
    alive([]);
    return ok({ exec: { argv: readingCommands(shell), env, cwd: options.cwd } });
  }
  const changed = Object.entries(env).filter(
    ([variable, value]) => variable !== "PATH" && before[variable] !== value,
  );
  const entering = await entrance(
    shell,
    {
      path: leading(env.PATH ?? "", environment.path, before.PATH ?? ""),
      variables: { ...environment.env, ...Object.fromEntries(changed) },
      mark: name === "default" ? "(gantry) " : `(gantry:${name}) `,
    },
    { env, store },
  );
  if (!entering.ok) return entering;
  const { tree, argv, env: whole } = entering.value;
  alive(tree === undefined ? [] : [tree]);
  const { noteOnce } = await import("../open/project.ts");
  noteOnce(session.inputs, "shell-told", notes);
  // Who has nobody to tell it needs no offer.
  if (options.ask !== undefined && !options.warm) {
    const { offerWarm } = await import("./emptyTarget.ts");
    await offerWarm(session, { env, signal: options.signal }, emit);
  }
  if (outer !== undefined) emit({ type: "note", text: insideAnother(outer, outerRoot ?? "?", root) });
  emit({
    type: "done",
    verb: "Entering",
    text: `${basename(shell)} with ${parts.join(", ")}; \`exit\` leaves it`,
  });
  return ok({ exec: { argv, env: whole, cwd: options.cwd } });
}

function insideAnother(name: string, of: string, root: string): string {
  const where = of === root ? "" : ` of ${of}`;
  return `this is inside the dev shell \`${name}\`${where}, whose variables stay, and to which \`exit\` leads back`;
}

/** Without what is undefined, which Node's type allows. */
function definedIn(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The directories come first, wherever they stood before. */
function searched(first: readonly string[], path = ""): string {
  const others = path.split(":").filter((directory) => directory !== "" && !first.includes(directory));
  return [...first, ...others].join(":");
}

/** What a `PATH` begins with: directories of the shell, and what another has not, or not so early. */
function leading(path: string, own: readonly string[], before: string): readonly string[] {
  const old = before.split(":");
  const now = path.split(":");
  const kept = now.findIndex((_, index) => isPrefixOfOrder(now.slice(index), old));
  const added = kept === -1 ? now.length : kept;
  // Inside another shell, the other has the same.
  return now.slice(0, Math.max(added, ...own.map((directory) => now.indexOf(directory) + 1)));
}

/** Whether all of a list stand in another, in the same order, its first at the other's first that is in the list. */
function isPrefixOfOrder(list: readonly string[], of: readonly string[]): boolean {
  const there = of.filter((each) => list.includes(each));
  return list.length > 0 && list.every((each, index) => there[index] === each);
}

/** The shell that the system starts for the user when they log in. */
function userShell(): string {
  try {
    return userInfo().shell ?? "/bin/sh";
  } catch {
    return "/bin/sh";
  }
}

type Searched = { readonly path: string; readonly cwd: string };

/** One that is there and cannot be run is told by who tries. */
async function missingProgram(program: string, { path, cwd }: Searched): Promise<Diagnostic | undefined> {
  const { findOnPath } = await import("../../tree/files.ts");
  if (program.includes("/")) {
    const at = resolve(cwd, program);
    if (existsSync(at)) return undefined;
    return diagnostic("program-missing", `there is no program \`${at}\``, { status: notFound });
  }
  if (program !== "" && findOnPath(program, path) !== undefined) return undefined;
  return diagnostic("program-missing", `the dev shell has no program \`${program}\``, {
    help: [
      /\s/.test(program)
        ? `a line of shell is run by a shell: gantry develop -c sh -c ${shellWord(program)}`
        : "declare what has it: packages: [pkgs.…, tools.…] of `crane.devShell`",
    ],
    status: notFound,
  });
}

function missingShell(shell: string): Pick<Diagnostic, "message" | "help"> {
  return {
    message: `there is no shell \`${shell}\``,
    help: ["name one that is there: gantry develop --shell bash"],
  };
}

/** A word in the place of a shell's name that is a program may have lacked its `-c`. */
async function withProgramHint(problem: Diagnostic, word = ""): Promise<Diagnostic> {
  const { isOnPath } = await import("../../tree/files.ts");
  if (problem.code !== "shell-unknown" || !isOnPath(word, process.env)) return problem;
  return { ...problem, help: [`to run the program: gantry develop -c ${word}`, ...problem.help] };
}
