import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { type Circumstances, copyPlanned, digestPlanned } from "./plannedTree.ts";
import type { TreePlan } from "./planTree.ts";

/** Files of the host, known by their content. What a step's key takes from them needs no copy. */
export type HostTree = {
  readonly digest: Digest;
  /**
   * Where they lie in the store, into which they are copied if it lacks them.
   *
   * Errors: `interrupted`; `input-changed`, where they have another content by now.
   */
  readonly place: () => Promise<Result<string>>;
};

/** What is found out about the host, kind by kind. */
type HostFact = "base-dpkg" | "native-dpkg" | "native-listing" | "native-path";

export type HostPlan = { readonly plan: TreePlan; readonly version?: string };

type Wanted = Circumstances & {
  readonly kind: HostFact;
  /** Changes whenever the files may have become others. */
  readonly key: string;
};

/**
 * The tree of files of the host, which are read once for a key; `plan` says which they are, and is asked again for copying
 * them later.
 *
 * Errors: those of `plan`; `interrupted`.
 */
export async function hostTree(
  store: Store,
  wanted: Wanted,
  plan: () => Promise<Result<HostPlan>>,
): Promise<Result<HostTree & { readonly version?: string }>> {
  const { kind, key } = wanted;
  const known = store.records.get(kind, key);
  if (known) return ok({ ...known, place: placer(store, wanted, known.digest, plan) });
  const planned = await plan();
  if (!planned.ok) return planned;
  const { version } = planned.value;
  const digest = await digestPlanned(store, planned.value.plan, wanted);
  if (!digest.ok) return digest;
  const found = { digest: digest.value, ...(version !== undefined && { version }) };
  store.records.set(kind, key, found);
  return ok({ ...found, place: placer(store, wanted, found.digest, async () => planned) });
}

function placer(
  store: Store,
  { kind, key, ...circumstances }: Wanted,
  digest: Digest,
  plan: () => Promise<Result<HostPlan>>,
): HostTree["place"] {
  const place = async (): Promise<Result<string>> => {
    const there = store.keptTree(digest);
    if (there !== undefined) return ok(there);
    const planned = await plan();
    if (!planned.ok) return planned;
    const { version } = planned.value;
    const copied = await copyPlanned(store, planned.value.plan, circumstances);
    if (!copied.ok) return copied;
    if (copied.value === digest) return ok(store.pathOf(digest));
    store.records.set(kind, key, { digest: copied.value, ...(version !== undefined && { version }) });
    return err(
      diagnostic("input-changed", `files of the ${circumstances.name} changed since they were read`, {
        notes: ["a package that is installed or upgraded meanwhile does that"],
        help: ["build again, once it is installed"],
      }),
    );
  };
  let placing: Promise<Result<string>> | undefined;
  return () => {
    placing ??= place();
    return placing;
  };
}
