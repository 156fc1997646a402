import type { Derivation } from "../derivation/derivation.ts";
import { causes } from "./explain/causes.ts";
import { declarations } from "./explain/declarations.ts";
import { failedLog } from "./explain/failedLog.ts";
import { inConfiguration } from "./explain/inConfiguration.ts";

/** What the log of a failed step says about a cause that the sandbox knows. */
export type Explanation = { readonly notes: readonly string[]; readonly help: readonly string[] };

export type FailedStep = {
  readonly step: Derivation;
  /** What it printed. */
  readonly lines: readonly string[];
  /** The text of `gantry.config.ts`. */
  readonly configuration: string | undefined;
  /** The host's path of a file that the step saw. */
  readonly locate: (path: string) => string | undefined;
};

/**
 * From the log of a failed step to what is not declared, and the line of `gantry.config.ts` that declares it;
 * without a configuration, the file to write. Empty where the failure has nothing to do with the sandbox.
 *
 * @example
 * explainFailure({ step, lines: ["fatal error: zlib.h: No such file or directory"], configuration, locate }).help
 * // ["in `gantry.config.ts`: nativeBuildInputs: [pkgs.zlib]"]
 */
export function explainFailure({ step, lines, configuration, locate }: FailedStep): Explanation {
  const log = failedLog(lines, locate);
  const findings = causes.flatMap((cause) => cause(log));
  const missing = declarations(step, findings);
  return {
    notes: unique(findings.map(({ note }) => note)),
    help: [...inConfiguration(missing, configuration), ...unique(findings.flatMap(({ help }) => help ?? []))],
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
