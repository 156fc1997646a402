import type { Diagnostic } from "../../base/diagnostic.ts";

/** One thing that the doctor looked at. */
export type Finding = {
  /** In a word or two: `toolchain`, `git`. */
  readonly about: string;
  /** `wrong`: builds fail, or are not what the description says; `warning`: they may surprise somebody. */
  readonly state: "ok" | "warning" | "wrong";
  /** What there is, in one line. */
  readonly found: string;
  /** Where, in a file: `gantry.config.ts:3:5`. Absent: in none, or as a whole. */
  readonly place?: string;
  /** What there should be. Absent: what was found says it. */
  readonly expected?: string;
  /** Commands, or what to do; the first is the best. */
  readonly fix: readonly string[];
  /** Does it, where that is harmless: it is asked for with `--fix`. What it did, in one line. */
  readonly repair?: () => string;
};

/** What a diagnostic says, as a finding. */
export function findingOf(about: string, state: "warning" | "wrong", problem: Diagnostic): Finding {
  const [cause] = [...problem.causes, ...problem.notes];
  const { place } = problem;
  return {
    about,
    state,
    found: cause === undefined ? problem.message : `${problem.message}: ${cause}`,
    ...(place && { place: `${place.file}:${place.line}:${place.column}` }),
    fix: problem.help,
  };
}

export function fine(about: string, found: string): Finding {
  return { about, state: "ok", found, fix: [] };
}
