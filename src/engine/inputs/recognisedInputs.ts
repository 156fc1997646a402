import { recogniseNativePackages } from "../../crane/pkgs/recognise.ts";
import type { NativePackage } from "../../derivation/model.ts";
import type { LockedPackage } from "../../fetch/lockedPackage.ts";
import { provideNative } from "../../fetch/native/provideNative.ts";
import { nativeContext } from "./host.ts";
import type { InputContext } from "./resolvedInput.ts";

/** Native packages, and why each is used, as lines for people. */
type RecognisedInputs = {
  readonly inputs: readonly NativePackage[];
  readonly lines: readonly string[];
  /** The inputs, and those that are needed and missing: what a configuration would name. */
  readonly wanted: readonly WantedInput[];
};

/** `why` is a fact: "the crate `openssl-sys` needs it". */
type WantedInput = { readonly name: string; readonly why: string };

/**
 * The native packages that a lock's crates are known to need; one that is missing is warned of. A library that a crate
 * brings a copy of is left to the crate, wherever it is installed: otherwise the same project would come out differently on
 * another machine.
 */
export async function recognisedInputs(
  context: InputContext,
  packages: readonly LockedPackage[],
): Promise<RecognisedInputs> {
  const names = new Set(packages.flatMap((each) => (each.isUnused ? [] : [each.name])));
  const inputs: NativePackage[] = [];
  const lines: string[] = [];
  const named: WantedInput[] = [];
  for (const { package: wanted, because, optional, bundled } of recogniseNativePackages(names)) {
    if (bundled) continue;
    const why = `the crate \`${because}\` ${optional ? "can use" : "needs"} it`;
    const provided = await provideNative(wanted, nativeContext(context), why);
    if (provided.ok || !optional) named.push({ name: wanted.name, why });
    if (provided.ok) {
      inputs.push(wanted);
      lines.push(`using \`${wanted.name}\` (${provided.value.provider}): ${why}`);
    } else if (!optional) context.emit({ type: "warning", diagnostic: provided.error });
  }
  return { inputs, lines, wanted: named };
}
