import type { Diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import { crateBinaries } from "./crateBinaries.ts";
import { host } from "./host.ts";
import { nativeMissing } from "./nativeMissing.ts";
import { packageSystem } from "./packageSystem.ts";
import { path } from "./path.ts";
import type { NativeContext, NativeTree, Provider } from "./provider.ts";

/** In the order in which they are asked: a program on `PATH` alone may lack files that the crate has. */
export const providers: readonly Provider[] = [host, crateBinaries, path];

/** After these no other provider is asked: something wrong must not pass for something absent. */
const final: ReadonlySet<string> = new Set(["native-checksum", "interrupted"]);

/**
 * The files of a native package, from the first provider that has it, added to the store.
 *
 * `why` is a fact for the message: "the crate `openssl-sys` needs it". Errors: `native-missing`,
 * `native-checksum`, `interrupted`.
 */
export async function provideNative(
  wanted: NativePackage,
  context: NativeContext,
  why?: string,
): Promise<Result<NativeTree>> {
  const failures: Diagnostic[] = [];
  for (const provider of providers) {
    const provided = await provider.provide(wanted, context);
    if (provided.ok && provided.value) return ok(provided.value);
    if (provided.ok) continue;
    if (final.has(provided.error.code)) return provided;
    failures.push(provided.error);
  }
  const system = packageSystem(context.root, context.platform);
  return err(nativeMissing(wanted, { why, system, failures }));
}
