import { pathToFileURL } from "node:url";
import { type Diagnostic, diagnostic, type Place, placeAt } from "../../base/diagnostic.ts";
import { isRefused } from "../../crane/arguments/arguments.ts";

/**
 * What an exception from a configuration means: `configuration-syntax`, `configuration-import`, the
 * diagnostic of a function that refused its arguments, or `configuration-threw`. With the place in the
 * configuration.
 *
 * @param at the configuration: its path, the path that people are shown, and its text
 */
export function configurationFailure(
  at: { readonly file: string; readonly shown: string; readonly text: string },
  thrown: unknown,
): Diagnostic {
  const place = configurationPlace(at.file, at.shown, thrown, at.text);
  if (isRefused(thrown)) return { ...thrown.diagnostic, ...(place && { place }), status: 2 };
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).trim().split("\n")[0] ?? "";
  const details = { place: place ?? { file: at.shown, line: 1, column: 1 }, status: 2 } as const;
  const absent = /^Cannot find (?:module|package) '(.+?)' imported from/.exec(message)?.[1];
  if (absent !== undefined) {
    const found = importOf(absent, at.text);
    const named = found?.name ?? absent;
    const code = "configuration-import";
    return diagnostic(code, `the configuration imports \`${named}\`, which does not exist`, {
      ...details,
      ...(found && { place: placeAt(at.shown, at.text, found.offset, named.length) }),
    });
  }
  if (thrown instanceof SyntaxError) {
    const code = "configuration-syntax";
    return diagnostic(code, `the configuration cannot be read: ${message}`, details);
  }
  return diagnostic("configuration-threw", `the configuration threw: ${message}`, details);
}

/** The import that names a missing module, whose path Node gives absolute. */
function importOf(absent: string, text: string): { name: string; offset: number } | undefined {
  const last = absent.split("/").at(-1) ?? absent;
  for (const match of text.matchAll(/\b(?:from|import)[\s(]*(["'])(.+?)\1/g)) {
    const name = match[2] ?? "";
    if (name === absent || name.split("/").at(-1) === last) {
      return { name, offset: match.index + match[0].lastIndexOf(name) };
    }
  }
  return undefined;
}

/**
 * Where in the configuration an exception arose: the innermost frame of its stack that lies in that file. For
 * a text that is no program, Node has no frame, but begins the stack with the line and a row of carets (Node
 * 24).
 */
function configurationPlace(file: string, shown: string, thrown: unknown, text: string): Place | undefined {
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
