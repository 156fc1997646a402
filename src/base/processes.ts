import { readdirSync, readFileSync } from "node:fs";

// Processes, as the system tells of them in `/proc` (proc(5)), and the signals that they get.

/** By these somebody ends a process: Ctrl-C, `kill` or a system that shuts down, and a terminal that closes. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The numbers of all that are to be seen. */
export function processNumbers(): readonly number[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

export type ProcessState = {
  /** A letter: `T` was stopped; `Z` and `X` have ended, and are there until their parent asks how. */
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  /** When it began, in ticks of the system's clock: its number may be another's by now. */
  readonly start: string;
};

/** What a process is at the moment; undefined where there is none of that number. */
export function processState(number: number): ProcessState | undefined {
  try {
    // What comes before the last bracket is the program's name, which may have any characters.
    const text = readFileSync(`/proc/${number}/stat`, "utf8").replace(/^.*\)/s, "");
    const fields = text.trim().split(" ");
    const [state = "", parent, , session] = fields;
    return { state, parent: Number(parent), session: Number(session), start: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}
