import { pathToFileURL } from "node:url";
import type { Place } from "../base/diagnostic.ts";

/**
 * Where in the configuration an exception arose: the innermost frame of its stack that lies in that file. For
 * a text that is no program, Node has no frame, but begins the stack with the line and a row of carets (Node
 * 24).
 */
export function configurationPlace(
  file: string,
  shown: string,
  thrown: unknown,
  text: string,
): Place | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "").split("\n") : [];
  const names = [pathToFileURL(file).href, file];
  for (const [index, line] of stack.entries()) {
    const name = names.find((each) => line.includes(each));
    if (name === undefined) continue;
    const found = /^(?:\?[^:)]*)?:(\d+)(?::(\d+))?/.exec(line.slice(line.indexOf(name) + name.length));
    if (!found) continue;
    const at = Number(found[1]);
    const carets = found[2] === undefined ? caretsAfter(stack.slice(index + 1)) : undefined;
    const column = Number(found[2] ?? carets?.column ?? 1);
    const length = carets?.length ?? 1;
    return { file: shown, line: at, column, length, text: text.split("\n")[at - 1] ?? "" };
  }
  return undefined;
}

function caretsAfter(lines: readonly string[]): { column: number; length: number } | undefined {
  const end = lines.findIndex((line) => line.trim() === "" || /^\w*Error\b/.test(line));
  const carets = lines.slice(0, end).find((line) => /^\s*\^+$/.test(line));
  return carets === undefined ? undefined : { column: carets.indexOf("^") + 1, length: carets.trim().length };
}
