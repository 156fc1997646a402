import { type ProcessState, processNumbers, processState } from "../base/processes.ts";

/**
 * Has a command stop with Gantry when a terminal or somebody else says so (Ctrl-Z, SIGTSTP), and go on with it, as what plain Cargo runs
 * does. A command has a session of its own, which the terminal does not reach, and whose groups are orphaned: there SIGTSTP does
 * nothing (setpgid(2)), so that each of its processes is stopped by SIGSTOP, also those that it started in other sessions.
 *
 * Gantry itself stops as a program that does not listen. Of a SIGSTOP it learns nothing, and the command runs on.
 *
 * @param leader the process that leads the command's session
 * @returns what ends that, once the command has ended
 */
export function pausedWithGantry(leader: number): Disposable {
  leaders.add(leader);
  listen();
  return {
    [Symbol.dispose]() {
      leaders.delete(leader);
      if (leaders.size === 0) process.off("SIGTSTP", pause);
    },
  };
}

/** Of the commands that run. */
const leaders = new Set<number>();

function listen(): void {
  process.off("SIGTSTP", pause);
  if (leaders.size > 0) process.on("SIGTSTP", pause);
}

/** In milliseconds. The time that Gantry is stopped counts. */
const stopsWithin = 50;

function pause(): void {
  const stopped = stopAll();
  process.off("SIGTSTP", pause);
  process.kill(process.pid, "SIGTSTP");
  // Later, since the signal does nothing where Gantry's own group is orphaned: then nobody would say that it should go on.
  setTimeout(() => {
    listen();
    for (const each of stopped) send(each, "SIGCONT");
  }, stopsWithin);
}

/** Gives those that it has stopped, and not those that the command has stopped itself. */
function stopAll(): number[] {
  const seen = new Set<number>();
  const stopped: number[] = [];
  let found = ofCommands();
  while (found.length > 0) {
    for (const { id, state } of found) {
      seen.add(id);
      if (state !== "T" && send(id, "SIGSTOP")) stopped.push(id);
    }
    // One that ran may have started others while the list was read.
    found = ofCommands().filter(({ id }) => !seen.has(id));
  }
  return stopped;
}

type Process = ProcessState & { readonly id: number };

/** All processes of the sessions, and what they have started, in whichever session. */
function ofCommands(): Process[] {
  const all = processes();
  const found = new Set(all.filter(({ session }) => leaders.has(session)));
  const children = Map.groupBy(all, ({ parent }) => parent);
  // What is added is looked at, too.
  for (const { id } of found) for (const child of children.get(id) ?? []) found.add(child);
  return [...found];
}

/** All that are to be seen. */
function processes(): Process[] {
  return processNumbers().flatMap((id) => {
    const state = processState(id);
    return state ? [{ id, ...state }] : [];
  });
}

/** False: it has ended, or is another user's. */
function send(id: number, signal: "SIGSTOP" | "SIGCONT"): boolean {
  try {
    return process.kill(id, signal);
  } catch {
    return false;
  }
}
