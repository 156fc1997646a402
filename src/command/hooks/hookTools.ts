import { ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";
import type { Emit } from "../../engine/event.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { makeEnvironment } from "../../shell/environment.ts";
import type { HookOutcome } from "../../shell/hooks/runHook.ts";
import type { GlobalOptions } from "../command.ts";
import { toolchainState } from "../look/toolchainState.ts";
import type { ProjectHook } from "./projectHooks.ts";

/**
 * The environment in which the commands of hooks run: the user's own, with the toolchain and the packages of the hooks first on
 * the `PATH`. What is missing of them is brought.
 *
 * Errors: those of `makeEnvironment` and of building a tool.
 */
export async function environmentFor(
  context: InputContext,
  hooks: readonly ProjectHook[],
  { options, emit }: { readonly options: GlobalOptions; readonly emit: Emit },
): Promise<Result<NodeJS.ProcessEnv>> {
  const commands = hooks.filter(({ at }) => at !== "step");
  const [first] = commands;
  if (!first) return ok(context.env);
  const requests = inputsOf(first.step).flatMap((input) =>
    input.type === "toolchain" ? [input.request] : [],
  );
  const [toolchain = none] = requests;
  const packages = commands.flatMap((hook) => hook.packages);
  const own = toolchainState(context, toolchain);
  // What is there need not be looked through to be run.
  if (packages.length === 0 && own.ok && "directory" in own.value)
    return ok(withPrograms([`${own.value.directory}/bin`], context.env));
  const shell = { type: "dev-shell", toolchain, packages, env: {} } as const;
  const made = await makeEnvironment(context, { name: "hooks", shell }, async (step) => {
    const { withSession } = await import("../build/session.ts");
    return withSession({ ...options, cwd: context.project.root }, emit, async ({ realise }) => {
      const realised = await realise(step);
      return realised.ok ? ok(realised.value.result.output) : realised;
    });
  });
  if (!made.ok) return made;
  return ok(withPrograms(made.value.path, context.env));
}

function withPrograms(directories: readonly string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: [...new Set([...directories, ...(env.PATH ?? "").split(":")])].join(":") };
}

const none: ToolchainRequest = { components: [], targets: [] };

/**
 * Runs the step of a hook, with the files of the project that `options.cwd` lies in.
 *
 * Errors: those of `withSession`. That the step fails is an outcome.
 */
export async function runStep(
  options: GlobalOptions,
  hook: ProjectHook,
  emit: Emit,
  contents: HookOutcome["contents"],
): Promise<Result<HookOutcome>> {
  const { withSession } = await import("../build/session.ts");
  return withSession(options, emit, async ({ realise }): Promise<Result<HookOutcome>> => {
    const realised = await realise(hook.step);
    if (realised.ok) return ok({ passed: true, output: "", changed: [], contents });
    const { message, causes } = realised.error;
    return ok({ passed: false, output: "", changed: [], contents, why: causes[0] ?? message });
  });
}
