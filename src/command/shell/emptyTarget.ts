import { relative } from "node:path";
import { isInside } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import { packagesOfLock } from "../../engine/inputs/lock.ts";
import { nothingChosen } from "../build/selection.ts";
import type { Session } from "../build/session.ts";
import { invocationsOf } from "../warm/warm.ts";
import { coldTarget, type Warming, warmingOf, warmTarget } from "../warm/warming.ts";

type EmptyTarget = Warming & { readonly directory: string };

type Surroundings = {
  /** The whole environment of a shell. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/**
 * What `gantry warm` would fill before the first `cargo build` in a shell; undefined where Cargo has compiled something
 * already, or nothing can be laid down.
 */
async function emptyTarget(
  session: Session,
  { env, signal }: Surroundings,
): Promise<Result<EmptyTarget | undefined>> {
  const invocations = invocationsOf({ verbs: [], chosen: nothingChosen });
  const warming = await warmingOf(session, { invocations, env });
  if (!warming.ok) return warming;
  const packages = packagesOfLock(session.inputs, {
    path: relative(session.project.root, session.project.lock),
  });
  if (packages.ok && packages.value.every(({ source }) => source === undefined)) return ok(undefined);
  const directory = await coldTarget(warming.value, signal);
  return ok(directory === undefined ? undefined : { ...warming.value, directory });
}

/**
 * Says what fills an empty target directory. Whoever enters a shell waits for it, so nothing is looked at but files of the
 * project and what Cargo says of its target directory: what of it the store has, and what that saves, would take planning.
 */
export async function offerWarm(session: Session, where: Surroundings, emit: Emit): Promise<void> {
  const empty = await emptyTarget(session, where);
  if (!empty.ok || !empty.value) return;
  const { directory } = empty.value;
  const { root } = session.project;
  const shown = isInside(directory, root) ? relative(root, directory) : directory;
  const text = `\`${shown}/\` is empty: \`gantry warm\` fills it with the dependencies, compiled once for all worktrees`;
  emit({ type: "note", text });
}

/**
 * Fills an empty target directory as `gantry warm` does. What is in its way is told, and is no reason not to work in the shell.
 *
 * Errors: `interrupted`.
 */
export async function fillTarget(session: Session, where: Surroundings, emit: Emit): Promise<Result<void>> {
  const { signal } = where;
  const empty = await emptyTarget(session, where);
  const warmed = empty.ok && empty.value ? await warmTarget(session, empty.value, { emit, signal }) : empty;
  if (signal.aborted) return err(interrupted());
  if (!warmed.ok) emit({ type: "warning", diagnostic: warmed.error });
  return ok();
}
