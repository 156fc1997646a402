import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { isRefused } from "../../src/crane/arguments/refuse.ts";

/** What a function of the configuration refuses; it must refuse. */
export function refusalOf(run: () => unknown): Diagnostic {
  try {
    run();
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
    return thrown.diagnostic;
  }
  throw new Error("nothing was refused");
}
