import { all, err, type Result } from "../base/result.ts";

/**
 * The values of all results, or the first error in order. Where several native packages are missing, the others are
 * said along with the first, so that they need not be found one build after the other.
 */
export function allInputs<T>(results: readonly Result<T>[]): Result<T[]> {
  const found = all(results);
  if (found.ok || found.error.code !== "native-missing") return found;
  const errors = results.flatMap((each) => (each.ok ? [] : [each.error, ...(each.error.also ?? [])]));
  const missing = errors.filter(({ code }) => code === "native-missing");
  const [first = found.error, ...also] = new Map(missing.map((one) => [one.message, one])).values();
  return err(also.length > 0 ? { ...first, also } : first);
}
