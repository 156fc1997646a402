import { describe } from "vitest";
import { notCovered } from "./notCovered.ts";

type Need = {
  readonly isThere: boolean;
  /** What is said where it is not: what is missing, and in brackets how to get it. */
  readonly missing: string;
};

/**
 * A suite that needs something of the machine. Where that is missing, it fails if `CI` is `true`, and elsewhere
 * says what it did not cover.
 */
export function describeWhere({ isThere, missing }: Need, what: string, body: () => void): void {
  if (!isThere) notCovered(what, missing);
  describe.skipIf(!isThere)(what, body);
}
