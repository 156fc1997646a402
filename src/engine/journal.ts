import type { Memo } from "../store/store.ts";
import type { UnitReason } from "../units/unitHistory.ts";
import type { StepStatus } from "./event.ts";

/** What was decided about one step, and why. */
export type StepDecision = {
  readonly step: string;
  readonly status: StepStatus;
  /** Why it ran; absent where it did not. */
  readonly reason?: string;
  /** What else is to be known about how it ran. */
  readonly note?: string;
  /** The units that it had to compile. */
  readonly units: readonly UnitReason[];
};

const kind = "journal";

/** Keeps what the last command that built something in a project decided. */
export function recordJournal(memo: Memo, project: string, decisions: readonly StepDecision[]): void {
  if (decisions.length > 0) memo.set(kind, project, JSON.stringify(decisions));
}

/** What the last command decided; undefined where none was run in this project. */
export function recordedJournal(memo: Memo, project: string): readonly StepDecision[] | undefined {
  const text = memo.get(kind, project);
  return text === undefined ? undefined : JSON.parse(text);
}
