import { diagnostic } from "../../base/diagnostic.ts";
import type { LibContext } from "../libContext.ts";
import { refuse } from "../refuse.ts";
import { runsCargo } from "../runsCargo.ts";
import { withSourceRoot } from "../sourceRoot.ts";
import { withLock } from "./lockArgs.ts";
import { vendorCargoDeps } from "./vendorCargoDeps.ts";

const overrides = ["overrideVendorGitCheckout", "overrideVendorCargoPackage"] as const;

/**
 * A function's arguments with what they say of vendoring worked in: the lock and the workspace into the
 * source, and the overrides into `cargoVendorDir`, so that they are asked once and the dependency layer has
 * the same crates.
 *
 * @throws Refused: those of the overrides; `override-without-effect` for one beside a `cargoVendorDir`
 */
export function withVendoring<A>(context: LibContext, args: A): A {
  if (!runsCargo(args)) return args;
  const given = overrides.find((name) => args[name] !== undefined);
  const src = withSourceRoot(withLock(args.src, args), args);
  if (given === undefined) return src === args.src ? args : { ...args, src };
  if (args.cargoVendorDir !== undefined) refuse(withoutEffect(given));
  return { ...args, src, cargoVendorDir: vendorCargoDeps(context, args) };
}

function withoutEffect(name: string) {
  return diagnostic("override-without-effect", `\`${name}\` has no effect beside \`cargoVendorDir\``, {
    help: [`give it to what makes that directory: crane.vendorCargoDeps({ src, ${name} })`],
    status: 2,
  });
}
