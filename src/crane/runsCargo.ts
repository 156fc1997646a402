import type { CargoArgs } from "./cargoArgs.ts";

/** Whether a function's arguments are those of one that runs Cargo on a source. */
export function runsCargo(args: unknown): args is CargoArgs {
  return typeof args === "object" && args !== null && "src" in args;
}
