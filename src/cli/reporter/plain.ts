import type { Reporter, ReporterContext } from "./reporter.ts";
import { duration, paint as painter, statusLine } from "./text.ts";
import { transcript } from "./transcript.ts";

/** How long a log may be silent, in milliseconds, before it says what runs. */
const silence = 10_000;

/** Lines without control codes, for logs: what finished, and every ten seconds what still runs. */
export function plainReporter(context: ReporterContext): Reporter {
  const { out, err, now, colors, verbosity } = context;
  const paint = painter(colors);
  const { running, event, overdue, end } = transcript(context);
  let spokeAt = now();

  function say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    err.write(`${lines.join("\n")}\n`);
    spokeAt = now();
  }

  function signOfLife(): void {
    say(overdue());
    if (verbosity < 0 || now() - spokeAt < silence) return;
    say(
      [...running.steps.values()].map(({ name, units, done, since }) => {
        const counts = units === 0 ? "" : `: ${done}/${units} units`;
        return statusLine(paint, "Building", `${name}${counts}, ${duration((now() - since) / 1000)}`);
      }),
    );
  }

  const timer = setInterval(signOfLife, 100);
  timer.unref();
  return {
    event: (happened) => say(event(happened)),
    finish(ending) {
      clearInterval(timer);
      say(end(ending));
    },
    result: (text) => out.write(text),
    close: () => clearInterval(timer),
  };
}
