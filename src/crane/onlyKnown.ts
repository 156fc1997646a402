import { backticked } from "../base/backticked.ts";
import { diagnostic } from "../base/diagnostic.ts";
import { nearest } from "../base/nearest.ts";
import { refuse } from "./refuse.ts";

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
