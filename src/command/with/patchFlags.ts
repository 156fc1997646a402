import { patchTable } from "../../cargo/patchTable.ts";
import { patchKey } from "./patchKey.ts";
import type { Replacement } from "./replacement.ts";

/**
 * The words that have one Cargo command use the replacements.
 *
 * @example
 * patchFlags([itoa]) // ["--config", 'patch."crates-io"."itoa".path="/home/me/itoa"']
 */
export function patchFlags(replacements: readonly Replacement[]): readonly string[] {
  return replacements.flatMap((replacement) => {
    const { locked, local } = replacement;
    const key = patchKey(replacement, replacements);
    const entry = `patch.${quote(patchTable(locked.source))}.${quote(key)}`;
    const renamed = key === locked.name ? [] : ["--config", `${entry}.package=${quote(locked.name)}`];
    return ["--config", `${entry}.path=${quote(local.directory)}`, ...renamed];
  });
}

/** A TOML basic string; JSON's escapes are among TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}
