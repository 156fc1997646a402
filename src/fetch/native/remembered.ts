import { asDigest, type Digest } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import type { NativeTree } from "./provider.ts";

export type Versioned = { readonly digest: Digest; readonly version?: string };

/**
 * What `find` finds, remembered in the store under `kind` and `key`: a tree, or that there is none. A tree that
 * garbage collection has taken is found anew.
 */
export async function remembered(
  store: Store,
  fact: { readonly kind: string; readonly key: string },
  find: () => Promise<Result<Versioned | undefined>>,
): Promise<Result<Versioned | undefined>> {
  const known = store.memo.get(fact.kind, fact.key);
  if (known === "") return ok(undefined);
  const [text = "", version] = known?.split(" ") ?? [];
  const digest = asDigest(text);
  if (digest && store.tree(digest)) return ok({ digest, ...(version !== undefined && { version }) });
  const found = await find();
  if (found.ok) store.memo.set(fact.kind, fact.key, found.value ? encode(found.value) : "");
  return found;
}

function encode(found: Versioned): string {
  return found.version === undefined ? found.digest : `${found.digest} ${found.version}`;
}

/** What was found, as the tree of a provider. */
export function suppliedBy(
  provider: string,
  found: Result<Versioned | undefined>,
): Result<NativeTree | undefined> {
  if (!found.ok) return found;
  return ok(found.value && { ...found.value, provider });
}
