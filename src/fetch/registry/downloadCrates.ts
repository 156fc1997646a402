import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { CrateRegistry } from "../../derivation/vendor.ts";
import type { Store } from "../../store/store.ts";
import { bytesAt } from "./bytesAt.ts";
import { downloadAddress } from "./downloadAddress.ts";
import { inParallel } from "./inParallel.ts";
import { knownTree, rememberTree } from "./knownTree.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";
import { type RegistryAddressOptions, registryAddress } from "./registryAddress.ts";
import { unpackCrate } from "./unpackCrate.ts";

/** So many are asked for at once; each is held in memory. */
const atOnce = 4;

/**
 * Downloads the crates of registries whose address the configuration gives, verifies them against the lock and puts
 * them into the store, where vendoring finds them. Cargo and its configuration are not asked, nor its credentials.
 *
 * Errors: `registry-config`, `download-failed`, `checksum-mismatch`, `crate-malformed`; those of `fetchCheckout`.
 */
export async function downloadCrates(
  crates: readonly LockedCrate[],
  registries: readonly CrateRegistry[],
  store: Store,
  options: RegistryAddressOptions,
): Promise<Result<void>> {
  if (options.offline) return ok();
  for (const registry of registries) {
    const missing = crates.filter(
      (crate) => crate.source === registry.source && knownTree(crate, store) === undefined,
    );
    if (missing.length === 0) continue;
    const address = await registryAddress(registry, store, options);
    if (!address.ok) return address;
    const problems = await inParallel(missing, atOnce, (crate) =>
      download(crate, downloadAddress(address.value, crate), store, options.signal),
    );
    const problem = problems.find((each) => each !== undefined);
    if (problem) return err(problem);
  }
  return ok();
}

async function download(
  crate: LockedCrate,
  url: string,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Diagnostic | undefined> {
  const bytes = await bytesAt(url, signal);
  const stem = crateStem(crate);
  if (!bytes.ok) {
    return diagnostic("download-failed", `cannot download \`${stem}\` from \`${redact(url)}\``, {
      causes: [bytes.error],
      notes: ["the address comes from `appendCrateRegistries` in the configuration"],
      help: ["check it; a registry that asks for a token is left to Cargo: leave it out there"],
    });
  }
  const found = digestOf(bytes.value);
  if (found !== crate.checksum) {
    return diagnostic("checksum-mismatch", `the download of \`${stem}\` is not what \`Cargo.lock\` pins`, {
      notes: [`it came from \`${redact(url)}\``, `expected ${crate.checksum}`, `found    ${found}`],
    });
  }
  const tree = await unpackCrate(crate, bytes.value, store);
  if (!tree.ok) return tree.error;
  rememberTree(crate, tree.value, store);
  return undefined;
}
