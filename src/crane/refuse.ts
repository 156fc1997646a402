import { backticked, type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";

/** What `refuse` throws: an error for whoever evaluates the configuration to catch and show. */
type Refused = Error & { readonly diagnostic: Diagnostic };

export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "diagnostic" in thrown;
}

/**
 * More frames than lie between a configuration's line and where its mistake is noticed; V8 keeps 10 by
 * default.
 */
const deepest = 100;

/**
 * Ends the evaluation of a configuration. The functions that a configuration calls return what they describe
 * and not a `Result`, so a mistake in their arguments must travel as an exception; its stack names the line.
 */
export function refuse(diagnostic: Diagnostic): never {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  const refused: Refused = Object.assign(new Error(diagnostic.message), { diagnostic });
  Error.stackTraceLimit = limit;
  throw refused;
}

/** Names that the language and its libraries ask every object for. */
const asked = new Set(["then", "toJSON", "constructor", "valueOf", "toString", "hasOwnProperty"]);

/**
 * The same object, but to read a name that it does not have ends the evaluation with `configuration-name`,
 * for configurations that nobody type-checked: without it `pkgs.protobuff` would be `undefined`, to be
 * noticed far away.
 *
 * @param what the object, as the message calls it
 * @param help what to do where nothing is named similarly. Default: the names that there are
 */
export function onlyKnown<T extends object>(what: string, object: T, help?: string): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (typeof key === "symbol" || key in target || asked.has(key))
        return Reflect.get(target, key, receiver);
      const guess = nearest(key, Object.keys(target));
      return refuse(
        diagnostic("configuration-name", `${what} has no \`${key}\``, {
          help: [
            guess === undefined
              ? (help ?? `it has ${backticked(Object.keys(target))}`)
              : `did you mean \`${guess}\`?`,
          ],
          status: 2,
        }),
      );
    },
  });
}
