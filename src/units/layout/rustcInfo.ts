import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Digest } from "../../base/digest.ts";
import type { Memo } from "../../store/store.ts";

const kind = "rustc-info";
const file = ".rustc_info.json";

/**
 * Puts into a target directory what Cargo once asked rustc about itself and its targets, in three calls of 50 ms
 * together; returns false where that is not known. Cargo takes the answers for the same arguments and the same program,
 * by path and time, and asks again otherwise (Cargo 1.95).
 *
 * @param environment what else the answers may depend on
 */
export function restoreRustcInfo(memo: Memo, environment: Digest, directory: string): boolean {
  const known = memo.get(kind, environment);
  if (known === undefined) return false;
  writeFileSync(`${directory}/${file}`, known);
  return true;
}

/**
 * Notes the answers that Cargo left in a target directory.
 *
 * @param directory that no build script, macro or test could write to, since they could write other answers
 */
export function keepRustcInfo(memo: Memo, environment: Digest, directory: string): void {
  const path = `${directory}/${file}`;
  if (existsSync(path)) memo.set(kind, environment, readFileSync(path, "utf8"));
}
