import { backticked } from "../../base/diagnostic.ts";

/**
 * Why something is made again that is made from just what it was made from the last time.
 *
 * @param doubted the names of those by whose word alone the store has it, and who are not trusted
 * @example
 * lostReason([]) // "what it was built to last time is no longer in the store"
 * lostReason(["ci-1"]) // "what it was built to last time rests on the word of `ci-1`, who is not trusted any more"
 */
export function lostReason(doubted: readonly string[] = []): string {
  const what = "what it was built to last time";
  if (doubted.length === 0) return `${what} is no longer in the store`;
  const verb = doubted.length === 1 ? "is" : "are";
  return `${what} rests on the word of ${backticked(doubted)}, who ${verb} not trusted any more`;
}
