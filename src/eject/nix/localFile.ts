import { join } from "node:path";
import { diagnostic, placeAt } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { entryAt, isFile, textOf } from "../../tree/files.ts";
import type { Expression, Parameter } from "./expression.ts";
import { parseNix } from "./parse.ts";

/** What the flake says beyond the description. */
export const local = "flake.local.nix";

/** A `flake.local.nix`, as it was written. */
export type LocalFile = {
  readonly text: string;
  /** What it asks for, where it says that by name: `{ pkgs, hello, ... }:`. */
  readonly parameter: (Parameter & { readonly kind: "fields" }) | undefined;
  /** Where the function begins. */
  readonly at: number;
};

/**
 * The file beside the flake; undefined where there is none.
 *
 * Errors: `not-a-file`, `nix-syntax`; `flake-local` for what is no function.
 */
export function readLocalFile(root: string): Result<LocalFile | undefined> {
  const file = join(root, local);
  if (!entryAt(file)) return ok(undefined);
  const text = isFile(file) ? textOf(file) : undefined;
  if (text === undefined) {
    const help = [`move it away: mv ${local} ${local}.old`];
    return err(diagnostic("not-a-file", `\`${local}\` is no file that can be read`, { help, status: 2 }));
  }
  const parsed = parseNix(local, text);
  if (!parsed.ok) return parsed;
  const given = functionIn(parsed.value);
  if (given.kind !== "function" && /^(?:set|list|text|number|path)$/.test(given.kind)) {
    const place = placeAt(local, text, given.at);
    const help = ["give its outputs by a function: { pkgs, ... }: { packages.x = …; }"];
    return err(diagnostic("flake-local", `\`${local}\` is no function`, { place, help, status: 2 }));
  }
  const parameter =
    given.kind === "function" && given.parameter.kind === "fields" ? given.parameter : undefined;
  return ok({ text, parameter, at: given.at });
}

/** What `let … in`, `with …;` and `assert …;` stand before. */
function functionIn(expression: Expression): Expression {
  const isBefore = expression.kind === "let" || expression.kind === "with" || expression.kind === "assert";
  return isBefore ? functionIn(expression.body) : expression;
}
