import type { Diagnostic } from "../../src/base/diagnostic.ts";
import type { LockEntry, Selection } from "../../src/crane/arguments/libContext.ts";
import { mkLib } from "../../src/crane/mkLib.ts";

/** A `lib` for a project `app 1.2.3`, without a file system. */
export function libOf(
  selection: Selection = { args: [] },
  lock: readonly LockEntry[] = [],
  warnings: Diagnostic[] = [],
  files: Readonly<Record<string, string>> = {},
) {
  return mkLib({
    toolchain: { components: [], targets: [] },
    host: "x86_64-unknown-linux-gnu",
    settings: () => undefined,
    selection,
    crateName: () => ({ pname: "app", version: "1.2.3" }),
    lock: () => lock,
    text: (_, path) => files[path],
    warn: (diagnostic) => void warnings.push(diagnostic),
  });
}
