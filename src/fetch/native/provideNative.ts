import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { NativePackage, PackageSystem } from "../../derivation/model.ts";
import { crateBinaries } from "./crateBinaries.ts";
import { host } from "./host.ts";
import { onPath } from "./onPath.ts";
import { installCommand, packageSystem } from "./packageSystem.ts";
import type { NativeContext, NativeTree, Provider } from "./provider.ts";

/** In the order in which they are asked: a program on `PATH` alone may lack files that the crate has. */
const providers: readonly Provider[] = [host, crateBinaries, onPath];

/** After these no other provider is asked: something wrong must not pass for something absent. */
const final: ReadonlySet<string> = new Set(["native-checksum", "interrupted"]);

/**
 * A native package, from the first provider that has it.
 *
 * `why` is a fact for the message: "the crate `openssl-sys` needs it". Errors: `native-missing`,
 * `native-checksum`, `interrupted`.
 */
export async function provideNative(
  native: NativePackage,
  context: NativeContext,
  why?: string,
): Promise<Result<NativeTree>> {
  const failures: Diagnostic[] = [];
  for (const provider of providers) {
    const provided = await provider.provide(native, context);
    if (provided.ok && provided.value) return ok(provided.value);
    if (provided.ok) continue;
    if (final.has(provided.error.code)) return provided;
    failures.push(provided.error);
  }
  const system = packageSystem(context.root, context.platform);
  return err(nativeMissing(native, { why, system, failures }));
}

type Circumstances = {
  /** Why it is needed, as a fact: "the crate `openssl-sys` needs it". */
  readonly why?: string | undefined;
  readonly system: PackageSystem | undefined;
  /** What the providers that tried had to say. */
  readonly failures?: readonly Diagnostic[];
};

/** `native-missing`: no provider has the package; says how to install it here, and what nixpkgs calls it. */
function nativeMissing(native: NativePackage, circumstances: Circumstances): Diagnostic {
  const { why, system, failures = [] } = circumstances;
  const names = system && native.names[system];
  return diagnostic("native-missing", `the native package \`${native.name}\` is not installed`, {
    notes: [...(why ? [why] : []), ...nixpkgsNote(native, system)],
    help: [names ? installCommand(system, names) : `install \`${native.name}\`${elsewhere(native)}`],
    causes: failures.flatMap((failure) => [failure.message, ...failure.causes]),
  });
}

function nixpkgsNote(native: NativePackage, system: PackageSystem | undefined): string[] {
  const names = native.names.nixpkgs;
  if (!names || system === "nixpkgs") return [];
  return [`in nixpkgs it is ${backticked(names)}`];
}

function elsewhere(native: NativePackage): string {
  const known = Object.entries(native.names).map(([system, names]) => `${system}: ${names.join(" ")}`);
  return known.length === 0 ? "" : ` (${known.join("; ")})`;
}
