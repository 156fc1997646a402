import type { Diagnostic } from "../../base/diagnostic.ts";
import { canonical, digestOf } from "../../base/digest.ts";
import type { Emit } from "../../engine/event.ts";
import type { Store } from "../../store/store.ts";

type Telling = {
  readonly store: Pick<Store, "records">;
  readonly verbosity: number;
  readonly emit: Emit;
};

/**
 * Warns that steps are isolated less than they could be: whole the first time that a store is used so, and in one line from then on, or
 * for who wants it quiet. A program that reads events is told the whole each time.
 */
export function warnOfLevel(warning: Diagnostic, { store: { records }, verbosity, emit }: Telling): void {
  const { message, help } = warning;
  const key = digestOf(canonical([message, ...help]));
  const isShort = verbosity < 0 || records.get("sandbox-told", key) !== undefined;
  if (!isShort) records.set("sandbox-told", key, null);
  const shortly = { shortly: `${message}; what helps: gantry doctor` };
  emit({ type: "warning", diagnostic: warning, ...(isShort && shortly) });
}
