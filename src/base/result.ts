// base: what all else is written in: results, diagnostics, digests, the canonical encoding. It imports nothing.

import type { Diagnostic } from "./diagnostic.ts";

/**
 * What every operation returns that a user can make fail. Bugs throw; everything else is a value.
 *
 * @example
 * const lock = parseLock(text, file);
 * if (!lock.ok) return lock;
 * use(lock.value);
 */
export type Result<T, E = Diagnostic> = Ok<T> | Err<E>;
type Ok<T> = { readonly ok: true; readonly value: T };
type Err<E> = { readonly ok: false; readonly error: E };

export function ok(): Ok<void>;
export function ok<T>(value: T): Ok<T>;
export function ok<T>(value?: T): Ok<T | undefined> {
  return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/** The values of all results, or the first error in order. */
export function all<T, E>(results: readonly Result<T, E>[]): Result<T[], E> {
  const values: T[] = [];
  for (const result of results) {
    if (!result.ok) return result;
    values.push(result.value);
  }
  return ok(values);
}
