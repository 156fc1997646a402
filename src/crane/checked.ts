import { argumentSchemas } from "./argumentSchemas.ts";
import { checkArguments } from "./checkArguments.ts";
import type { LibContext } from "./libContext.ts";

/** Binds a function of `lib` to a context, and has its arguments checked on the way in. */
export function checked<A, R>(
  name: keyof typeof argumentSchemas,
  context: LibContext,
  call: (context: LibContext, args: A) => R,
): (args: A) => R {
  return (args) => {
    checkArguments(name, argumentSchemas[name], args);
    return call(context, args);
  };
}
