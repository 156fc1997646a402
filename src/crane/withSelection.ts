import type { CargoArgs } from "./cargoArgs.ts";
import type { Selection } from "./lib.ts";

/**
 * A function's arguments with what the command line chose. The choice reaches the dependency layer too, so that
 * it holds what the chosen packages, profile and target need.
 */
export function withSelection<A>(selection: Selection, name: string, args: A): A {
  if (name === "cargoFmt" || !runsCargo(args)) return args;
  const extra = [
    ...selection.packages.flatMap((spec) => ["--package", spec]),
    ...(selection.target === undefined ? [] : ["--target", selection.target]),
  ];
  return {
    ...args,
    ...(extra.length > 0 && { cargoExtraArgs: [...(args.cargoExtraArgs ?? ["--locked"]), ...extra] }),
    ...(selection.profile !== undefined && { cargoProfile: selection.profile }),
  };
}

function runsCargo(args: unknown): args is CargoArgs {
  return typeof args === "object" && args !== null && "src" in args;
}
