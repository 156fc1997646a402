import { readdirSync } from "node:fs";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isUndecodable } from "../project/isUndecodable.ts";

/**
 * Looks whether everything below a directory has a name that a tree can have.
 *
 * Errors: `name-not-utf8`.
 *
 * @param shown what stands before the paths in messages: `$out/`
 */
export function checkNames(directory: string, shown = ""): Result<void> {
  const wrong = undecodableBelow(directory, "");
  if (wrong === undefined) return ok();
  return err(
    diagnostic("name-not-utf8", `the name of \`${shown}${wrong}\` is not UTF-8`, {
      notes: ["the bytes that are not are shown as \ufffd; what is kept has the same names on every machine"],
      help: ["let what writes it choose another name"],
    }),
  );
}

function undecodableBelow(root: string, below: string): string | undefined {
  const directory = `${root}/${below}`;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (isUndecodable(directory, entry.name)) return path;
    const wrong = entry.isDirectory() ? undecodableBelow(root, path) : undefined;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
