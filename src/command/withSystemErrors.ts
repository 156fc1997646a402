import { err, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";

/**
 * Does work in which the operating system may refuse something (a full disk, a store that is not writable):
 * that becomes a diagnostic, `during failed: …`. What else is thrown is a bug, and is thrown on.
 */
export async function withSystemErrors<T>(
  during: string,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    return await work();
  } catch (thrown) {
    const known = systemError(thrown, during);
    if (known) return err(known);
    throw thrown;
  }
}
