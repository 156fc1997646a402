import type { Diagnostic } from "../../base/diagnostic.ts";
import { renderDiagnostic } from "../renderDiagnostic.ts";
import { duration } from "./duration.ts";
import type { Paint } from "./paint.ts";
import type { Ending } from "./reporter.ts";
import { statusLine } from "./statusLine.ts";

type Said = {
  readonly paint: Paint;
  readonly verbosity: number;
  readonly seconds: number;
  /** Whether a line was shown already: a log that was shown while it came is not shown again. */
  readonly shown: (line: string) => boolean;
};

/** The last lines for a person: the error, or what was finished and how long it took. */
export function endingLines(
  { error, finished }: Ending,
  { paint, verbosity, seconds, shown }: Said,
): readonly string[] {
  if (error)
    return [error, ...(error.also ?? [])].flatMap((found) => errorLines(found, { paint, verbosity, shown }));
  if (finished === undefined || verbosity < 0) return [];
  return [statusLine(paint, "Finished", `${finished} in ${duration(seconds)}`)];
}

function errorLines(
  error: Diagnostic,
  { paint, verbosity, shown }: Omit<Said, "seconds">,
): readonly string[] {
  const last = error.log?.trimEnd().split("\n").at(-1) ?? "";
  const { log: _, ...withoutLog } = error;
  const all = verbosity > 0 ? Number.POSITIVE_INFINITY : undefined;
  const said = last !== "" && shown(last) ? withoutLog : error;
  return renderDiagnostic(said, { level: "error", paint, ...(all && { logLines: all }) }).split("\n");
}
