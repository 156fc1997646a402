// crane/arguments: what the functions of a configuration are given, how mistakes in it are refused, and the arguments
// that several functions take.

import * as v from "valibot";
import type { Run } from "../../derivation/model.ts";

/** A list of words, which Crane takes as shell text. */
export const words = v.array(v.string());

/** Words for a tool whose options are as Cargo's: none is an option and its value in one. */
export const optionWords = v.pipe(
  words,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value: input } = dataset;
    const dashes = input.indexOf("--");
    const own = dashes === -1 ? input : input.slice(0, dashes);
    const key = own.findIndex(isSeveralWords);
    const value = input[key];
    if (value === undefined) return;
    addIssue({
      message: "one word: an option and its value are two",
      input: value,
      path: [{ type: "array", origin: "value", input, key, value }],
    });
  }),
);

/**
 * Whether it is an option with what shells would take for further words. What follows `=`, or the letter of a short option,
 * may have spaces.
 *
 * @example
 * isSeveralWords("--features tls") // true
 * isSeveralWords("--config=build.rustflags = []") // false
 */
export function isSeveralWords(word: string): boolean {
  return /^(?:-|--|-\w|--[^\s=]+)\s/.test(word);
}

/**
 * What runs before or after a phase: shell text, or commands as argument lists.
 *
 * @example
 * postInstall: "install -Dm644 app.service $out/lib/systemd/system/app.service",
 * preBuild: [["sqlite3", "schema.db", ".read schema.sql"]],
 */
export type Hook = string | readonly (readonly [string, ...string[]])[];

export const hookSchema = v.union([v.string(), v.array(words)]);

/** The runs of a hook; none where it is absent. Shell text stops at the first command that fails. */
export function hookRuns(name: string, hook: Hook | undefined): Run[] {
  if (hook === undefined) return [];
  if (typeof hook === "string") return [{ type: "run", name, argv: ["/bin/sh", "-euc", hook] }];
  return hook.map((argv) => ({ type: "run", name, argv }));
}
