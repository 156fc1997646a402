import { lstatSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { CommitHook } from "../../derivation/commitHooks.ts";
import { type CheckedOut, modifiedIn } from "./checkedOut.ts";
import { type CommandOutcome, cut, type HookWorld, runCommands } from "./commands.ts";
import { pathOf } from "./names.ts";
import { checkFormat } from "./rustfmt.ts";

/** How a hook ended. */
export type HookOutcome = CommandOutcome & {
  /** Files that it changed, relative to the top of the repository. */
  readonly changed: readonly string[];
  /** All files that were changed since they were checked out, with a digest of what they have now. */
  readonly contents: ReadonlyMap<string, string>;
};

/**
 * Runs the command of a hook on files, which are relative to the root of the hooks. It fails where the command does, and where
 * it changes files.
 *
 * Errors: `repository-unreadable`, where it cannot be told what it changed.
 *
 * @param world with what hooks before it have changed
 */
export async function runHook(
  hook: CommitHook,
  paths: readonly string[],
  world: HookWorld & { readonly before: HookOutcome["contents"] },
): Promise<Result<HookOutcome>> {
  const ran =
    hook.at === "rustfmt"
      ? await checkFormat(hook, paths, world)
      : await runCommands(commandsOf(hook, paths), world);
  const after = await contentsOf(world.files);
  const isOwn = new Set(paths.map((path) => join(relative(world.files.top, world.root), path)));
  if (!after.ok) return after;
  const changed = [...after.value]
    .filter(([path, digest]) => world.before.get(path) !== digest)
    .map(([path]) => path)
    // Cargo formats whole packages: what this commit does not touch is no concern of it.
    .filter((path) => hook.at !== "rustfmt" || isOwn.has(path));
  return ok({ ...ran, passed: ran.passed && changed.length === 0, changed, contents: after.value });
}

/** The files that were changed since they were checked out, with a digest of what they have now, and whether they can be executed. */
export async function contentsOf(files: CheckedOut): Promise<Result<ReadonlyMap<string, string>>> {
  const paths = await modifiedIn(files);
  if (!paths.ok) return paths;
  return ok(new Map(paths.value.map((path) => [path, digestAt(pathOf(join(files.top, path)))])));
}

function digestAt(file: string | Buffer): string {
  try {
    const { mode } = lstatSync(file);
    return `${digestOf(readFileSync(file))} ${(mode & 0o100) === 0 ? "" : "executable"}`;
  } catch {
    return "gone";
  }
}

function commandsOf(
  { entry, passFilenames }: CommitHook,
  paths: readonly string[],
): readonly (readonly string[])[] {
  if (!passFilenames) return [entry];
  return cut(paths).map((some) => [...entry, ...some]);
}
