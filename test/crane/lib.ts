import type { Selection } from "../../src/crane/lib.ts";
import { mkLib } from "../../src/crane/mkLib.ts";

/** A `lib` for a project `app 1.2.3`, without a file system. */
export function libOf(selection: Selection = { packages: [] }) {
  return mkLib({
    toolchain: { components: [], targets: [] },
    selection,
    crateName: () => ({ pname: "app", version: "1.2.3" }),
  });
}
