import { blocks } from "./blocks.ts";
import { endingLines } from "./ending.ts";
import { liveRegion } from "./liveRegion.ts";
import { narrator } from "./narrate.ts";
import { paint as painter } from "./paint.ts";
import { regionLines } from "./regionLines.ts";
import type { Reporter, Surroundings } from "./reporter.ts";
import { runningTracker } from "./running.ts";
import { shownLines } from "./shownLines.ts";

/** For a terminal: what finished as lines that stay, and below them a live region with what runs. */
export function humanReporter({ out, err, now, colors, verbosity }: Surroundings): Reporter {
  const paint = painter(colors);
  const began = now();
  const running = runningTracker(now);
  const narrate = narrator(paint, verbosity);
  const shown = shownLines();
  const held = blocks(now);
  const region = liveRegion(err, now);

  function draw(): void {
    if (verbosity < 0) return;
    region.draw(() => regionLines(running, { paint, columns: err.columns(), now: now() }));
  }

  const timer = setInterval(() => {
    region.above(held.releaseQuiet());
    draw();
  }, 100);
  timer.unref();

  function close(): void {
    clearInterval(timer);
    region.clear();
  }

  return {
    event: (event) => {
      running.event(event);
      if (event.type === "step") region.above(held.release(event.step));
      const lines = narrate(event);
      if (event.type === "output") {
        for (const line of lines) shown.add(line);
        region.above(held.add(event.step, lines, running.steps.size < 2));
      } else {
        region.above(lines);
      }
      draw();
    },
    finish: (ending) => {
      for (const step of running.steps.keys()) region.above(held.release(step));
      close();
      region.above(
        endingLines(ending, { paint, verbosity, seconds: (now() - began) / 1000, shown: shown.has }),
      );
    },
    result: (text) => {
      region.clear();
      out.write(text);
    },
    close,
  };
}
