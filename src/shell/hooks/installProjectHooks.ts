import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "../../base/result.ts";
import type { CommitHook } from "../../derivation/commitHooks.ts";
import { openRepository } from "./git.ts";
import { installHooks } from "./gitHook.ts";

type Installing = {
  /** The project's directory. */
  readonly root: string;
  readonly hooks: readonly Pick<CommitHook, "id" | "stages">[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/**
 * Installs git's hooks for what a project describes. A dev shell does so when it is entered: where all is installed, it costs one
 * call of git, writes nothing and says nothing.
 *
 * Errors: those of `openRepository` and `installHooks`; nothing is written then.
 *
 * @param chain see `installHooks`. Default: `false`
 * @returns what was done, a line each
 */
export async function installProjectHooks(
  { root, hooks, env, signal }: Installing,
  chain = false,
): Promise<Result<readonly string[]>> {
  const repository = await openRepository(root, { env, signal });
  if (!repository.ok) return repository;
  return installHooks(
    {
      repository: repository.value,
      root: realpathSync(root),
      hooks,
      gantry: gantryProgram(),
    },
    chain,
  );
}

/** The program of this installation, which a hook starts: `gantry` beside the package's own manifest. */
export function gantryProgram(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, "package.json")) && existsSync(join(at, "gantry"))) return join(at, "gantry");
  }
  return "gantry";
}
