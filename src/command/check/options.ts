import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import type { Chosen } from "../build/selection.ts";

/** What `gantry check` takes of its own. */
export type CheckOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly chosen: Chosen;
  readonly list: boolean;
  readonly watch: boolean;
  /** Where reports go, absolute. */
  readonly report: string | undefined;
  /** See `Engine`. */
  readonly failures?: Map<Digest, Diagnostic>;
};
