import { readFileSync } from "node:fs";
import type { Engine } from "./stepContext.ts";

/** The text of the project's `gantry.config.ts`; undefined where it has none. */
export function configurationText({ configuration }: Pick<Engine, "configuration">): string | undefined {
  return configuration === undefined ? undefined : readFileSync(configuration, "utf8");
}
