import type { Selection } from "./libContext.ts";
import { runsCargo } from "./runsCargo.ts";

/**
 * A function's arguments with what the command line chose. The choice reaches the dependency layer too, so
 * that it holds what the chosen packages, profile and target need.
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
