import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { placeAt } from "../base/place.ts";
import { isRefused } from "../crane/refuse.ts";
import { configurationPlace } from "./configurationPlace.ts";

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
