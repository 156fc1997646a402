import { existsSync, readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { resolveInheritance } from "../../cargo/manifest/inheritance.ts";
import { parseManifest } from "../../cargo/manifest/parseManifest.ts";
import type { VendorChange } from "../../derivation/model.ts";
import { composePackage } from "../../fetch/checksumFile.ts";
import { readTree } from "../../store/readTree.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import type { InputContext, OutputOf } from "./resolvedInput.ts";
import { treeDigestOf } from "./tree.ts";

/** What vendoring asks of each crate and each checkout: the tree to take. */
type VendorOverrides = {
  readonly package: (crate: LockedName & { readonly digest: Digest }) => Promise<Result<Digest>>;
  readonly checkout: (checkout: {
    readonly source: string;
    /** Fetches what the lock pins. Not called for a checkout that is replaced as a whole. */
    readonly digest: () => Promise<Result<Digest>>;
  }) => Promise<Result<Digest>>;
};

/** Puts what the configuration's overrides say in the place of what the lock pins. */
export function vendorOverrides(
  context: InputContext,
  changes: readonly VendorChange[],
  outputOf: OutputOf,
): VendorOverrides {
  const byWhat = new Map(changes.map((change) => [keyOf(change), change]));
  return {
    async package(crate) {
      const change = byWhat.get(keyOf({ kind: "package", ...crate }));
      if (!change) return ok(crate.digest);
      const tree = await treeDigestOf(context, change.to, outputOf);
      return tree.ok ? asPackage(context.store, tree.value, crate) : tree;
    },
    async checkout({ source, digest }) {
      const change = byWhat.get(keyOf({ kind: "checkout", source }));
      return change ? treeDigestOf(context, change.to, outputOf) : digest();
    },
  };
}

type Changed =
  | { readonly kind: "checkout"; readonly source: string }
  | ({ readonly kind: "package" } & Pick<LockedName, "name" | "version" | "source">);

function keyOf(changed: Changed): string {
  if (changed.kind === "checkout") return changed.source;
  return JSON.stringify([changed.name, changed.version, changed.source]);
}

type LockedName = {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** None for a package from git. */
  readonly checksum: string | undefined;
};

/**
 * A tree that takes a crate's place, with the lock's checksum, by which Cargo knows the crate that the tree stands for.
 *
 * Errors: `override-mismatch`, for a tree that is another package or none, which Cargo would not find.
 */
async function asPackage(store: Store, digest: Digest, crate: LockedName): Promise<Result<Digest>> {
  const directory = store.pathOf(digest);
  const problem = mismatch(directory, crate);
  if (problem) return err(problem);
  const origin = ({ path }: TreeFile) => `${directory}/${path}`;
  return composePackage(store, { files: readTree(directory), checksum: crate.checksum, origin });
}

function mismatch(directory: string, crate: LockedName): Diagnostic | undefined {
  const crateText = `\`${crate.name} v${crate.version}\``;
  const file = `${directory}/Cargo.toml`;
  const message = `what replaces ${crateText} is not that package`;
  const help = [
    "give `src` the same name and version as the lock has, or move the lock with: cargo update",
    "a package in a repository with others is replaced through `overrideVendorGitCheckout`, or by its own directory",
  ];
  if (!existsSync(file))
    return diagnostic("override-mismatch", message, { notes: ["it has no `Cargo.toml` at its root"], help });
  const manifest = parseManifest("Cargo.toml", readFileSync(file, "utf8"));
  const resolved = manifest.ok ? resolveInheritance(manifest.value, manifest.value) : manifest;
  if (!resolved.ok)
    return {
      ...resolved.error,
      notes: [...resolved.error.notes, `it is the one that replaces ${crateText}`],
    };
  const own = resolved.value.package;
  if (own?.name === crate.name && (own.version ?? "0.0.0") === crate.version) return undefined;
  const is = own ? `\`${own.name} v${own.version ?? "0.0.0"}\`` : "a workspace and no package";
  return diagnostic("override-mismatch", message, { notes: [`it is ${is}`], help });
}
