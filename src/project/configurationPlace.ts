import { pathToFileURL } from "node:url";
import type { Place } from "../base/diagnostic.ts";

/** Where in the configuration an exception arose: the innermost frame of its stack that lies in that file. */
export function configurationPlace(
  file: string,
  shown: string,
  thrown: unknown,
  text: string,
): Place | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const names = [pathToFileURL(file).href, file];
  for (const line of stack.split("\n")) {
    const name = names.find((each) => line.includes(each));
    if (name === undefined) continue;
    const found = /^(?:\?[^:)]*)?:(\d+)(?::(\d+))?/.exec(line.slice(line.indexOf(name) + name.length));
    if (!found) continue;
    const at = Number(found[1]);
    return { file: shown, line: at, column: Number(found[2] ?? 1), text: text.split("\n")[at - 1] ?? "" };
  }
  return undefined;
}
