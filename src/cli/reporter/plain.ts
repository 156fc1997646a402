import { blocks, endingLines, narrator, shownLines } from "./lines.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";
import { runningTracker } from "./running.ts";
import { duration, paint as painter, statusLine } from "./text.ts";

/** How long a log may be silent, in milliseconds, before it says what runs. */
const silence = 10_000;

/** Lines without control codes, for logs: what finished, and every ten seconds what still runs. */
export function plainReporter({ out, err, now, colors, verbosity }: ReporterContext): Reporter {
  const paint = painter(colors);
  const began = now();
  const running = runningTracker(now);
  const narrate = narrator(paint, verbosity);
  const shown = shownLines();
  const held = blocks(now);
  let spoke = began;

  function say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    err.write(`${lines.join("\n")}\n`);
    spoke = now();
  }

  function signOfLife(): void {
    say(held.releaseQuiet());
    if (verbosity < 0 || now() - spoke < silence) return;
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
    event: (event) => {
      running.event(event);
      if (event.type === "step") say(held.release(event.step));
      const lines = narrate(event);
      if (event.type !== "output") return say(lines);
      for (const line of lines) shown.add(line);
      say(held.add(event.step, lines, running.steps.size < 2));
    },
    finish: (ending) => {
      clearInterval(timer);
      for (const step of running.steps.keys()) say(held.release(step));
      say(endingLines(ending, { paint, verbosity, seconds: (now() - began) / 1000, shown: shown.has }));
    },
    result: (text) => out.write(text),
    close: () => clearInterval(timer),
  };
}
