import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import { shellsOf } from "../../crane/project.ts";
import type { DevShell } from "../../derivation/devShell.ts";
import type { Emit } from "../../engine/event.ts";
import { repositoryOf } from "../../project/gitRules.ts";
import { makeEnvironment, type ShellEnvironment } from "../../shell/environment.ts";
import { shellKey } from "../../store/contents.ts";
import { type Session, withSession } from "../build/session.ts";
import type { GlobalOptions } from "../command.ts";

/** A shell of the project that is open, on this machine. */
export type OpenShell = {
  readonly session: Session;
  readonly shell: DevShell;
  readonly environment: ShellEnvironment;
};

/**
 * Makes the environment of a project's shell, building the tools that it names. What of the store it names stays there as
 * long as the project does, or until the shell is another.
 *
 * Errors: `shell-unknown`; those of `withSession` and `makeEnvironment`, and those of `work`.
 *
 * @param name default: `default`
 */
export async function withShell<T>(
  options: GlobalOptions & { readonly name: string | undefined },
  emit: Emit,
  work: (open: OpenShell) => Promise<Result<T>>,
): Promise<Result<T>> {
  return withSession(options, emit, async (session) => {
    const { name = "default" } = options;
    const shell = shellNamed(session, name);
    if (!shell.ok) return shell;
    const environment = await makeEnvironment(session.inputs, { name, shell: shell.value }, async (step) => {
      const realised = await session.realise(step);
      return realised.ok ? ok(realised.value.result.output) : realised;
    });
    if (!environment.ok) return environment;
    const { root, trees } = environment.value;
    session.store.records.set("shell", shellKey(root, name), trees);
    return work({ session, shell: shell.value, environment: environment.value });
  });
}

/**
 * Installs git's hooks of a shell that has some. That they cannot be installed is told, and is no reason not to work in it.
 */
export async function installShellHooks({ session, shell }: OpenShell, emit: Emit): Promise<void> {
  const { hooks } = shell;
  const { root } = session.project;
  if (!hooks || repositoryOf(root) === undefined) return;
  const { installProjectHooks } = await import("../../shell/hooks/installProjectHooks.ts");
  const { signal } = session.inputs;
  try {
    const done = await installProjectHooks({ root, hooks: hooks.hooks, env: process.env, signal });
    if (!done.ok) emit({ type: "warning", diagnostic: done.error });
    else for (const text of done.value) emit({ type: "note", text });
  } catch (thrown) {
    emit({ type: "warning", diagnostic: notInstalled(thrown) });
  }
}

function notInstalled(thrown: unknown): Diagnostic {
  const doing = "installing git's hooks";
  const help = ["see what is the matter: gantry hooks install"];
  const known = systemError(thrown, doing, { help });
  if (known) return known;
  const causes = [thrown instanceof Error ? thrown.message : String(thrown)];
  return diagnostic("hooks-not-installed", `${doing} failed`, { causes, help });
}

function shellNamed({ offered, project }: Session, name: string): Result<DevShell> {
  const shells = shellsOf(offered);
  const shell = Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (shell) return ok(shell);
  const names = Object.keys(shells);
  const guess = nearest(name, names);
  const remedy =
    project.configuration === undefined
      ? "describe it in `devShells` of a configuration, which `gantry init` writes"
      : "see what they have: gantry show";
  return err(
    diagnostic("shell-unknown", `the project has no dev shell \`${name}\``, {
      notes: [`it has ${backticked(names)}`],
      help: [guess ? `did you mean \`${guess}\`?` : remedy],
      status: 2,
    }),
  );
}
