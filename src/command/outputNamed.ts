import { backticked } from "../base/backticked.ts";
import { diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Derivation } from "../derivation/derivation.ts";

/**
 * A step of what a project offers, by its name there.
 *
 * Errors: `output-unknown`, with the names that there are.
 */
export function outputNamed(
  kind: "package" | "check",
  name: string,
  offered: Readonly<Record<string, Derivation>>,
): Result<Derivation> {
  const found = Object.hasOwn(offered, name) ? offered[name] : undefined;
  if (found) return ok(found);
  const names = Object.keys(offered);
  const guess = nearest(name, names);
  return err(
    diagnostic("output-unknown", `the project has no ${kind} \`${name}\``, {
      notes: [names.length > 0 ? `it has ${backticked(names)}` : `it has no ${kind}s`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see what there is: gantry show"],
      status: 2,
    }),
  );
}
