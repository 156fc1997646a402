import { backticked } from "../../base/backticked.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { NativePackage, PackageSystem } from "../../derivation/nativePackage.ts";
import { installCommand } from "./packageSystem.ts";

type Circumstances = {
  /** Why it is needed, as a fact: "the crate `openssl-sys` needs it". */
  readonly why?: string | undefined;
  readonly system: PackageSystem | undefined;
  /** What the providers that tried had to say. */
  readonly failures?: readonly Diagnostic[];
};

/** `native-missing`: no provider has the package; says how to install it here, and what nixpkgs calls it. */
export function nativeMissing(wanted: NativePackage, circumstances: Circumstances): Diagnostic {
  const { why, system, failures = [] } = circumstances;
  const names = system && wanted.names[system];
  return diagnostic("native-missing", `the native package \`${wanted.name}\` is not installed`, {
    notes: [...(why ? [why] : []), ...nixpkgsNote(wanted, system)],
    help: [names ? installCommand(system, names) : `install \`${wanted.name}\`${elsewhere(wanted)}`],
    causes: failures.flatMap((failure) => [failure.message, ...failure.causes]),
  });
}

function nixpkgsNote(wanted: NativePackage, system: PackageSystem | undefined): string[] {
  const names = wanted.names.nixpkgs;
  if (!names || system === "nixpkgs") return [];
  return [`in nixpkgs it is ${backticked(names)}`];
}

function elsewhere(wanted: NativePackage): string {
  const known = Object.entries(wanted.names).map(([system, names]) => `${system}: ${names.join(" ")}`);
  return known.length === 0 ? "" : ` (${known.join("; ")})`;
}
