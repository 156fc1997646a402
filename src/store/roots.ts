import { realpathSync } from "node:fs";
import { asDigest, type Digest } from "../base/digest.ts";
import type { Store } from "./store.ts";

/** Remembers a link outside the store whose tree is kept for as long as the link is there and points to it. */
export function rememberRoot(store: Store, link: string): void {
  store.records.set("root", link, null);
}

/** The tree that a remembered link holds now; undefined where it is gone or points elsewhere. */
export function rootedTree(
  root: string,
  record: { readonly kind: string; readonly key: string },
): Digest | undefined {
  if (record.kind !== "root") return undefined;
  const trees = `${realpathSync(root)}/trees/`;
  const target = targetOf(record.key);
  return target?.startsWith(trees) ? asDigest(target.slice(trees.length).split("/")[0] ?? "") : undefined;
}

/** Whether a record is of a link at all. */
export function isRoot(record: { readonly kind: string }): boolean {
  return record.kind === "root";
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}
