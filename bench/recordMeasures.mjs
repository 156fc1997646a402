// Loaded into Gantry's own process: writes what it measures of itself, a line each, where the variable says.
import { appendFileSync } from "node:fs";

const file = process.env.GANTRY_BENCH_MEASURES;
if (file !== undefined) {
  process.on("exit", () => {
    const lines = performance
      .getEntriesByType("measure")
      .map(({ name, duration }) => `${name} ${duration}\n`);
    appendFileSync(file, lines.join(""));
  });
}
