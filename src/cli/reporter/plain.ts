import { duration } from "../../base/format.ts";
import { linesTogether } from "./linesTogether.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";
import { type RunningStep, runningNames } from "./running.ts";
import { paint as painter, statusLine } from "./text.ts";
import { transcript, workName, workWords } from "./transcript.ts";

/** How long a log may be silent, in milliseconds, before it says what runs. */
const silence = 10_000;

/** The same for what has come no further since that was said. */
const longSilence = 30_000;

/** Lines without control codes, for logs: what finished, and every ten seconds what still runs, or thirty where nothing has changed. */
export function plainReporter(context: ReporterContext): Reporter {
  const { out, err, now, colors, verbosity } = context;
  const paint = painter(colors);
  const { running, event, overdue, end } = transcript(context);
  let spokeAt = now();
  /** Without how long it takes, which always changes. */
  let said = "";

  const write = (lines: readonly string[]): void => err.write(`${lines.join("\n")}\n`);

  function say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    write(lines);
    spokeAt = now();
  }

  const printed = linesTogether(write);

  function signOfLife(): void {
    printed.flush();
    say(overdue());
    if (verbosity < 0 || now() - spokeAt < silence) return;
    const work = [...running.work.values()].flatMap(({ what, name, done, total, since }) => {
      if (name === undefined) return [];
      const counts =
        total < 1e6 ? `: ${done}/${total}` : `: ${Math.round(done / 1e6)}/${Math.round(total / 1e6)} MB`;
      const line = statusLine(paint, workWords[what]?.doing ?? "Preparing", workName(what, name));
      return total === 1
        ? [{ line, shown: `${line}, ${duration((now() - since) / 1000)}` }]
        : [{ line: `${line}${counts}`, shown: `${line}${counts}` }];
    });
    const steps = [...running.steps.values()];
    const come = [
      ...work.map(({ line }) => line),
      ...steps.map((step) => `${step.name} ${step.done}${namesIn(step)}`),
    ].join("\n");
    if (come === said && now() - spokeAt < longSilence) return;
    said = come;
    say([
      ...work.map(({ shown }) => shown),
      ...steps.map((step) => {
        const { name, units, done, since } = step;
        const counts = units === 0 ? "" : `: ${done}/${units} units`;
        const elapsed = duration((now() - since) / 1000);
        return statusLine(paint, "Building", `${name}${counts}, ${elapsed}${namesIn(step)}`);
      }),
    ]);
  }

  const timer = setInterval(signOfLife, 100);
  timer.unref();
  return {
    event(happened) {
      const lines = event(happened);
      if (lines.length > 0) {
        said = lines.join("\n");
        spokeAt = now();
      }
      if (happened.type === "output") return printed.add(lines);
      printed.flush();
      say(lines);
    },
    finish(ending) {
      clearInterval(timer);
      printed.flush();
      say(end(ending));
      if (ending.result !== undefined) out.write(ending.result);
    },
    close() {
      clearInterval(timer);
      printed.flush();
    },
  };
}

/** More names than these say no more, and make long lines. */
const mostNames = 4;

function namesIn(step: RunningStep): string {
  const names = runningNames(step);
  const more = names.length > mostNames ? [`and ${names.length - mostNames} more`] : [];
  return names.length === 0 ? "" : `: ${[...names.slice(0, mostNames), ...more].join(", ")}`;
}
