import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/**
 * How far downloading (`fetch`) or vendoring (`unpack`) is, in crates, or fetching from git servers (`git`), in
 * checkouts; `wait` is for another process that brings what `name` says, `turn` for one that runs that step, `alone` for one that
 * has what only one step may use: one of the engine's events.
 */
export type Progress = {
  readonly type: "progress";
  readonly what: "fetch" | "unpack" | "git" | Wait;
  readonly name?: string;
  readonly done: number;
  readonly total: number;
};

type Wait = "wait" | "turn" | "alone";

/** Tells that `Store.exclusive` waits for another process, which by default brings something. */
export function tellingOfWait(
  emit: (event: Progress) => void,
  name: string,
  what: Wait = "wait",
): (isOver: boolean) => void {
  return (isOver) => emit({ type: "progress", what, name, done: isOver ? 1 : 0, total: 1 });
}

/** `interrupted`: the user stopped fetching, vendoring, or the copying of what the host has. */
export function stopped(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["what was finished is kept"] });
}
