import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { ok, type Result } from "../base/result.ts";

/**
 * Blanks path prefixes in every file below `directory`, keeping lengths (binaries hold offsets): the second path
 * component of `/build/vendor/serde-1.0.228/…` becomes `/eeeee/…`, and what follows stays readable in a panic's
 * message. Crane does likewise, so that what is deployed names nothing of the machine that built it.
 */
export function stripPrefixes(directory: string, prefixes: readonly string[]): Result<void> {
  const needles = prefixes.map((prefix) => ({ from: Buffer.from(prefix), to: blanked(prefix) }));
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const content = readFileSync(path);
    let changed = false;
    for (const { from, to } of needles) {
      for (let at = content.indexOf(from); at !== -1; at = content.indexOf(from, at + to.length)) {
        to.copy(content, at);
        changed = true;
      }
    }
    if (changed) writeFileSync(path, content);
  }
  return ok();
}

function blanked(prefix: string): Buffer {
  return Buffer.from(prefix.replace(/^\/[^/]+/, (first) => `/${"e".repeat(first.length - 1)}`));
}
