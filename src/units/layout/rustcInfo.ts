import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { byCodeUnit, canonical, type Digest, digestOf, isRecord } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import type { Records } from "../../store/store.ts";

const file = ".rustc_info.json";

/**
 * Puts into a target directory what Cargo once asked rustc about itself and its targets, in three calls of 50 ms
 * together; returns false where that is not known. Cargo takes the answers for the same arguments and the same program,
 * by path and time, and asks again otherwise (Cargo 1.95).
 *
 * @param environment what else the answers may depend on
 */
export function restoreRustcInfo(records: Records, environment: Digest, directory: string): boolean {
  const known = records.get("rustc-info", environment);
  if (known === undefined) return false;
  writeFileSync(`${directory}/${file}`, known);
  return true;
}

/**
 * The digest of the answers, whatever they were asked for; undefined where none are known. Cargo's file says as well when the
 * program was installed, and has them in the order of a hash map (Cargo 1.95).
 */
export function rustcAnswers(records: Records, environment: Digest): Digest | undefined {
  const known = records.get("rustc-info", environment);
  if (known === undefined) return undefined;
  const info = parsedJson(known);
  const outputs = isRecord(info) && isRecord(info.outputs) ? Object.values(info.outputs) : [];
  const said = outputs.flatMap((each) => (isRecord(each) ? [String(each.stdout)] : []));
  return digestOf(canonical(said.length === 0 ? known : said.sort(byCodeUnit)));
}

/**
 * Notes the answers that Cargo left in a target directory.
 *
 * @param directory that no build script, macro or test could write to, since they could write other answers
 */
export function keepRustcInfo(records: Records, environment: Digest, directory: string): void {
  const path = `${directory}/${file}`;
  if (existsSync(path)) records.set("rustc-info", environment, readFileSync(path, "utf8"));
}
