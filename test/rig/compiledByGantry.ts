import type { EventLine } from "./gantry.ts";
import { unitLine } from "./unitLine.ts";

/** Which units a command compiled, in whatever step, each as `unitLine` writes it. */
export function compiledByGantry(events: readonly EventLine[]): string[] {
  return events
    .filter(({ type, status }) => type === "unit" && status === "compiled")
    .map((event) =>
      unitLine({
        package: String(event.package),
        version: String(event.version),
        target: String(event.target),
        mode: String(event.mode),
      }),
    );
}
