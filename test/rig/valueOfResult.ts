import type { Result } from "../../src/base/result.ts";

/** The value; a test that expects one fails with the diagnostic otherwise. */
export function valueOfResult<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error, undefined, 2));
  return result.value;
}
