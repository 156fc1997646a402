import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Diagnostic, diagnostic, type Place, placeAt } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { blankLiteral, isRefused } from "../../crane/arguments/refuse.ts";
import type { ProjectContext } from "../../crane/project.ts";
import { textOf } from "../../tree/files.ts";

/** A configuration: its path, the path that people are shown, and its text. */
type ConfigurationText = { readonly file: string; readonly shown: string; readonly text: string };

/**
 * What an exception from a configuration means: `configuration-syntax`, `configuration-import`, the
 * diagnostic of a function that refused its arguments, or `configuration-threw`. With the place in the
 * configuration.
 */
export function configurationFailure(at: ConfigurationText, thrown: unknown): Diagnostic {
  const called = configurationPlace(at, thrown);
  const isBlank = isRefused(thrown) && thrown.diagnostic.code === "configuration-blank";
  const place = (isBlank ? blankPlace(at, called) : undefined) ?? called;
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
  const [, undefinedName] = /^(\S+) is not defined$/.exec(message) ?? [];
  return diagnostic("configuration-threw", `the configuration threw: ${message}`, {
    ...details,
    ...(undefinedName !== undefined && {
      place: useOf(undefinedName, at, details.place) ?? details.place,
      help: helpForUndefined(undefinedName, at.text),
    }),
  });
}

/**
 * Where a name is used that nothing defines, unless it stands at the place that is known: of what a module does outside all
 * functions, V8 says the first line (Node 24).
 */
function useOf(name: string, { shown, text }: ConfigurationText, known: Place): Place | undefined {
  if (known.text?.startsWith(name, known.column - 1)) return undefined;
  const word = new RegExp(`(?<![\\w$."'])${name.replaceAll("$", "\\$")}(?![\\w$"'])`, "g");
  return [...text.matchAll(word)]
    .map((match) => placeAt(shown, text, match.index, name.length))
    .find(({ text: line = "", column }) => !isComment(line) && !line.slice(0, column - 1).includes("//"));
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\/?\*)/.test(line);
}

/** What was not filled in: of several, the first in or after the line of the call. */
function blankPlace({ shown, text }: ConfigurationText, called: Place | undefined): Place | undefined {
  const places = [...text.matchAll(blankLiteral)]
    .map((match) => placeAt(shown, text, match.index, match[0].length))
    .filter(({ text: line = "" }) => !isComment(line));
  return places.find(({ line }) => line >= (called?.line ?? 1)) ?? places[0];
}

/** What a configuration is given as its argument, and what it imports. */
const given: readonly string[] = [
  "crane",
  "pkgs",
  "toolchains",
  "tools",
  "fileset",
  "git",
  "path",
  "fromRepository",
] satisfies (keyof ProjectContext)[];
const imported = ["defineProject", "pkg"];

/** Where a name comes from that a configuration uses and does not have. */
function helpForUndefined(name: string, text: string): string[] {
  const inBraces = (pattern: RegExp) =>
    (pattern.exec(text)?.[1] ?? "").match(/[\w$]+(?:\s*:\s*[\w$]+)?/g) ?? [];
  if (given.includes(name)) {
    const taken = inBraces(/\bdefineProject\s*\(\s*(?:async\s*)?\(\s*\{([^}]*)\}/);
    return [`take what it names: defineProject(({ ${[...taken, name].join(", ")} }) => …)`];
  }
  if (imported.includes(name)) {
    const names = inBraces(/\bimport\s*\{([^}]*)\}\s*from\s*["']gantry["']/);
    return [`import it: import { ${[...names, name].join(", ")} } from "gantry"`];
  }
  // What stands as a key in what is returned has no name that other parts could use.
  if (new RegExp(`(?:^|[{,])\\s*${name.replaceAll("$", "\\$")}\\s*:`, "m").test(text))
    return [`\`${name}\` is only a key here; make it a constant before \`return\`: const ${name} = { … };`];
  const guess = nearest(name, [...namesIn(text), ...given, ...imported]);
  return guess === undefined ? [] : [`did you mean \`${guess}\`?`];
}

/** The variables and functions that a configuration names. */
function namesIn(text: string): string[] {
  const code = text
    .split("\n")
    .filter((line) => !isComment(line))
    .join("\n");
  const declared = code.matchAll(/\b(?:const|let|var|function\*?|class)\s+([\w$]+|\{[^{}]*\})/g);
  // Of `{ a: b }`, `b` is the variable.
  return [...declared].flatMap(([, names = ""]) => names.match(/[\w$]+(?=\s*(?:[,}=]|$))/g) ?? []);
}

/**
 * The same for an exception that nobody caught, if a configuration threw it that was read before, as in a timer.
 *
 * @param from the directory that its path is shown from
 */
export function strayFailure(thrown: unknown, from: string): Diagnostic | undefined {
  const url =
    thrown instanceof Error ? /file:\S+?(?=\?read=\d+:\d)/.exec(thrown.stack ?? "")?.[0] : undefined;
  if (url === undefined) return undefined;
  const file = fileURLToPath(url);
  return configurationFailure({ file, shown: relative(from, file), text: textOf(file) ?? "" }, thrown);
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
export function configurationPlace(
  { file, shown, text }: ConfigurationText,
  thrown: unknown,
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
