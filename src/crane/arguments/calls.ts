import type { LibContext } from "./libContext.ts";

/** A call of a configuration's: what was called, and with what, as it was written. */
export type Call = {
  /** `buildPackage`, `fileset.where`. */
  readonly verb: string;
  /** Before defaults, overrides and the command line are worked into them. */
  readonly args: unknown;
  /** Of the `lib` that was called. */
  readonly context?: LibContext;
  /** Its stack names the line of the call. */
  readonly at: Error;
};

const calls = new WeakMap<object, Call>();

/**
 * Remembers which call gave a value. What a function gives is plain data, made for who realises it; who writes the description
 * down in another language asks how it was said. No key knows of it.
 *
 * @example
 * const step = recorded(cargoFmt(context, args), { verb: "cargoFmt", args, context });
 */
export function recorded<T>(value: T, call: Omit<Call, "at">): T {
  if (typeof value === "object" && value !== null) calls.set(value, { ...call, at: new Error(call.verb) });
  return value;
}

/** The call that gave a value; undefined for what a configuration made in another way, such as a copy. */
export function callOf(value: object): Call | undefined {
  return calls.get(value);
}
