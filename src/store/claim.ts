import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { removeAbandoned } from "./tempDir.ts";

/**
 * Says that this process has the store open, until disposed: a directory `<root>/claims/<pid>-XXXXXX`. Garbage
 * collection spares whatever was used since the oldest claim was made.
 */
export function claimStore(root: string): Disposable {
  const claims = `${root}/claims`;
  mkdirSync(claims, { recursive: true });
  removeAbandoned(claims);
  const path = mkdtempSync(`${claims}/${process.pid}-`);
  return { [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** When the oldest claim of a living process was made, in seconds after the epoch; undefined: there is none. */
export function oldestClaim(root: string): number | undefined {
  const claims = `${root}/claims`;
  removeAbandoned(claims);
  const made = namesIn(claims).flatMap((name) => {
    const seconds = statSync(`${claims}/${name}`, { throwIfNoEntry: false })?.mtimeMs;
    return seconds === undefined ? [] : [seconds / 1000];
  });
  return made.length === 0 ? undefined : Math.min(...made);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
