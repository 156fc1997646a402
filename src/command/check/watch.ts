import { once } from "node:events";
import { basename, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type FSWatcher, watch } from "chokidar";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { isInside } from "../../base/paths.ts";
import { ok, type Result } from "../../base/result.ts";
import { world } from "../../derivation/world.ts";
import type { Emit } from "../../engine/event.ts";
import { findProject } from "../../project/findProject.ts";
import { leftOut } from "../../project/scan/leftOut.ts";
import type { Session } from "../build/session.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { checkOnce } from "./checkOnce.ts";
import type { CheckOptions } from "./options.ts";

/** How long nothing must be saved before the checks run, in milliseconds: one save of an editor is several changes. */
const quiet = 100;

/**
 * Realises the checks, and again after each save, until it is interrupted. What is saved while they run stops them: they
 * begin anew, with what they had compiled. A check that failed is run again once something that it is made from changed.
 *
 * Every directory of the project is watched, but what git ignores and what builds wrote; and sources outside of it. Node's
 * own recursive watching would take a watch for each file, those below `target` too (Node 24, Linux).
 *
 * Errors: those of `findProject`; when it is interrupted, that of the checks.
 */
export async function watchChecks(
  options: GlobalOptions & CheckOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  const { root } = project.value;
  const saves = watchSaves(root);
  await using _ = { [Symbol.asyncDispose]: () => saves.watcher.close() };
  await saves.ready(options.signal);
  const failures = new Map<Digest, Diagnostic>();
  while (!options.signal.aborted) {
    const round = saves.nextRound();
    const signal = AbortSignal.any([options.signal, round.changed]);
    const outcome = await checkOnce({ ...options, keepGoing: true, signal, failures }, emit, (session) => {
      saves.watcher.add(sourcesOutside(session, root));
    });
    if (options.signal.aborted) return outcome;
    // What was stopped by a save is no answer to anything.
    if (!round.changed.aborted) {
      const error = outcome.ok ? undefined : outcome.error;
      const finished = outcome.ok ? (outcome.value.finished ?? "") : "";
      emit({ type: "round", error, finished, waiting: `${basename(root)} for changes; Ctrl-C ends it` });
    }
    await round.settled(options.signal);
  }
  return ok({ status: 130 });
}

/** The changes of files below a directory, as rounds: each lasts until something was saved, and nothing more for a while. */
function watchSaves(root: string) {
  const isLeftOut = leftOut(root);
  const watcher: FSWatcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    // It would hold back what an editor does by renaming, which is waited for here.
    atomic: false,
    ignored: (path, stats) => isTemporary(basename(path)) || isLeftOut(path, stats),
  });
  let changed = new AbortController();
  let at = 0;
  watcher.on("all", () => {
    at = performance.now();
    changed.abort();
  });
  // Of a directory that cannot be watched, the build itself will tell if it needs it.
  watcher.on("error", () => undefined);
  return {
    watcher,
    ready: (signal: AbortSignal) => once(watcher, "ready", { signal }).catch(() => undefined),
    nextRound() {
      changed = new AbortController();
      const round = changed.signal;
      return {
        changed: round,
        async settled(signal: AbortSignal): Promise<void> {
          const ended = AbortSignal.any([round, signal]);
          if (!ended.aborted)
            await new Promise((done) => ended.addEventListener("abort", done, { once: true }));
          for (let left = quiet; left > 0 && !signal.aborted; left = quiet - (performance.now() - at))
            await sleep(left);
        },
      };
    },
  };
}

/** What editors write beside a file while it is open, or being saved. */
function isTemporary(name: string): boolean {
  return /~$|^\.?#|\.sw[a-z]$|^4913$|\.tmp$/.test(name);
}

function sourcesOutside({ offered }: Session, root: string): string[] {
  const steps = Object.values(offered.checks ?? {});
  const sources = steps.flatMap(({ mounts }) => mounts[world.source] ?? []);
  return sources
    .flatMap((input) => (input.type === "source" ? [resolve(root, input.root)] : []))
    .filter((directory) => !isInside(directory, root) && directory !== root);
}
