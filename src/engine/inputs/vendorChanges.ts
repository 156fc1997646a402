import type { Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import type { OutputOf } from "../resolved.ts";
import { asPackage, type LockedName } from "./asPackage.ts";
import type { InputContext } from "./inputContext.ts";
import { treeDigestOf } from "./treeDigestOf.ts";

/** What vendoring asks of each crate and each checkout: the tree to take. */
export type ChangeVendored = {
  readonly package: (crate: LockedName & { readonly digest: Digest }) => Promise<Result<Digest>>;
  readonly checkout: (checkout: {
    readonly source: string;
    /** Fetches what the lock pins. Not called for a checkout that is replaced as a whole. */
    readonly digest: () => Promise<Result<Digest>>;
  }) => Promise<Result<Digest>>;
};

/** Puts what the configuration's overrides say in the place of what the lock pins. */
export function vendorChanges(context: InputContext, vendor: Vendor, outputOf: OutputOf): ChangeVendored {
  const changes = new Map((vendor.changes ?? []).map((change) => [keyOf(change), change]));
  return {
    async package(crate) {
      const change = changes.get(keyOf({ kind: "package", ...crate }));
      if (!change) return ok(crate.digest);
      const tree = await treeDigestOf(context, change.to, outputOf);
      return tree.ok ? asPackage(context.store, tree.value, crate) : tree;
    },
    async checkout({ source, digest }) {
      const change = changes.get(keyOf({ kind: "checkout", source }));
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
