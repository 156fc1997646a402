import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/**
 * How far downloading (`fetch`) or vendoring (`unpack`) is, in crates, or fetching from git servers (`git`), in
 * checkouts: one of the engine's events.
 */
export type Progress = {
  readonly type: "progress";
  readonly what: "fetch" | "unpack" | "git";
  readonly done: number;
  readonly total: number;
};

/** `interrupted`: the user stopped fetching, vendoring, or the copying of what the host has. */
export function stopped(): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: ["what was finished is kept"] });
}
