import { backticked } from "../../base/backticked.ts";
import { diagnostic } from "../../base/diagnostic.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import { refuse } from "../refuse.ts";
import type { Package, PackageSpec } from "./package.ts";

/** A package from a description that is known to be good. */
export function toPackage<const Bin extends string = never>(spec: PackageSpec<Bin>): Package<Bin> {
  const bins = spec.bins ?? [];
  const described = {
    type: "native" as const,
    name: spec.name,
    bins,
    pkgConfig: spec.pkgConfig ?? [],
    names: namesOf(spec.names),
    ...(spec.crates && { crates: spec.crates }),
    bin(name: Bin): string {
      if (!bins.includes(name)) refuse(unknownProgram(spec.name, name, bins));
      return `/usr/bin/${name}`;
    },
  };
  // Not enumerable: keys are made from what `Object.entries` shows, and that must be plain data.
  return Object.defineProperty(described, "bin", { enumerable: false });
}

function namesOf(names: PackageSpec["names"]): NativePackage["names"] {
  const lists = Object.entries(names).map(([system, of]) => [system, typeof of === "string" ? [of] : of]);
  return Object.fromEntries(lists);
}

function unknownProgram(name: string, bin: string, bins: readonly string[]) {
  const has = bins.length === 0 ? "no program" : backticked(bins);
  return diagnostic("native-bin", `the native package \`${name}\` has no program \`${bin}\``, {
    notes: [`it has ${has}`],
    help: [`describe one that has it: pkg({ name: "${name}", bins: ["${bin}"], names: { … } })`],
    status: 2,
  });
}
