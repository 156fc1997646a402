import { posix } from "node:path";
import { configIncludes } from "../configIncludes.ts";
import type { ConfigFile } from "../parseConfig.ts";
import type { CargoConfig } from "./cargoConfigs.ts";

/**
 * Configuration files with those that they include, each once. What is not in the source is left out.
 *
 * @param textOf the text of a file of the source; undefined where there is none
 */
export function configTexts(
  configs: readonly CargoConfig[],
  textOf: (path: string) => string | undefined,
): readonly ConfigFile[] {
  const found = new Map<string, string>();
  const queue = configs.map(({ file }) => file);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const text = found.has(file) ? undefined : textOf(file);
    if (text === undefined) continue;
    found.set(file, text);
    const includes = configIncludes(file, text);
    if (includes.ok) queue.push(...includes.value.map((include) => posix.join(include.file)));
  }
  return [...found].map(([file, text]) => ({ file, text }));
}
