import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { Run } from "../derivation/phase.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import { configurationOf } from "./configurationOf.ts";
import { explainFailure } from "./explainFailure.ts";
import type { Workplace } from "./runStep.ts";

/** What the user is told of a command that failed: why, if the log shows a cause that the sandbox knows. */
export function stepFailed(
  at: Workplace,
  rooms: Rooms,
  { run, status }: { run: Run; status: number },
): Diagnostic {
  const { engine, log } = at;
  const step = at.step.derivation;
  const lines = log.lines();
  const output = lines.join("\n");
  const causes = [`\`${run.argv.join(" ")}\` exited with ${status}`];
  const whole = `the whole log: gantry log ${step.name}`;
  const configuration = configurationOf(engine);
  const filtered = engine.filteredFile(step, output, configuration);
  if (filtered) return { ...filtered, help: [...filtered.help, whole], causes, log: output };
  const locate = (path: string) => rooms.locate(path);
  const explained = explainFailure({ step, lines, configuration, locate });
  return diagnostic("step-failed", `\`${step.name}\` failed`, {
    causes,
    log: output,
    notes: explained.notes,
    help: [...explained.help, whole],
  });
}
