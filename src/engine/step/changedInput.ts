import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Step } from "./stepContext.ts";

/**
 * An input that is no longer what the step's key says; undefined if there is none. A toolchain lies where rustup puts it,
 * and may be replaced while it is in use: what was made meanwhile must not be found under the digest of the old one.
 *
 * Errors: `input-changed`.
 */
export async function changedInput({ derivation, mounts }: Step): Promise<Diagnostic | undefined> {
  for (const [at, inputs] of mounts) {
    for (const { isUnchanged, name } of inputs) {
      if ((await isUnchanged?.()) !== false) continue;
      return diagnostic(
        "input-changed",
        `${name ?? `\`${at}\``} was replaced while \`${derivation.name}\` was built`,
        {
          notes: ["nothing of what was made is kept, since it may be of the one or of the other"],
          help: ["build again, once it is installed"],
        },
      );
    }
  }
  return undefined;
}
