import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Store } from "../../store/store.ts";
import { vendorConfig } from "./vendorConfig.ts";
import type { VendoredCrate } from "./vendorTrees.ts";

/** What tells `cargo fetch` that the packages from git are there already. */
export type VendoredGit = AsyncDisposable & { readonly cargoArguments: readonly string[] };

/**
 * Shows the packages from git to Cargo where they lie in the store. Cargo needs their manifests to see that the lock
 * is whole, and would otherwise fetch every repository once more, by its own means instead of the user's `git`.
 */
export async function vendoredGit(crates: readonly VendoredCrate[], store: Store): Promise<VendoredGit> {
  if (crates.length === 0) return { cargoArguments: [], [Symbol.asyncDispose]: async () => {} };
  const scratch = await store.tempDir("vendored-git");
  for (const { path, digest } of crates) {
    const place = `${scratch.path}/${path}`;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(store.tree(digest) ?? "", place);
  }
  const file = `${scratch.path}/config.toml`;
  writeFileSync(
    file,
    vendorConfig(
      crates.map(({ source }) => source),
      scratch.path,
    ),
  );
  return {
    cargoArguments: ["--config", file],
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
