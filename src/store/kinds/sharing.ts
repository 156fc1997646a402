import type { KindName, RecordOf } from "./kinds.ts";

/**
 * The kinds of records that machines share, with the trees that they stand for: all that a new machine would otherwise have
 * to compile, to ask Cargo for or to fetch. Their keys mean the same on every machine, which those of what was found on a
 * host do not.
 *
 * Not among them is what is made in less time than it takes to ask, of trees that have to be there for it: patched trees, the
 * packages of a checkout, and toolchains, which consist of their components.
 */
const table = {
  result: "one",
  "step-acts": "one",
  "unit-graphs": "one",
  "rustc-info": "one",
  unit: "one",
  "unit-acts": "one",
  reads: "lists",
  "test-reads": "lists",
  "test-result": "one",
  crate: "one",
  "crates-digest": "one",
  "crate-trees": "one",
  git: "one",
  "channel-manifest": "one",
  component: "one",
  "native-crate": "one",
  "base-system": "one",
} as const satisfies Partial<Record<KindName, "one" | "lists">>;

export type SharedKind = keyof typeof table;

/** A record as machines share it. */
export type SharedName = { readonly kind: SharedKind; readonly key: string };

/** Brings records that other machines made, as far as there are such. Never fails. */
export type Bring = (names: readonly SharedName[]) => Promise<void>;

/** Those whose values are lists of what may hold, of which several machines may know different ones. */
type ListKind = {
  [Kind in SharedKind]: (typeof table)[Kind] extends "lists" ? Kind : never;
}[SharedKind];

/** Whether machines share records of a kind. */
export function isShared(kind: string): kind is SharedKind {
  return Object.hasOwn(table, kind);
}

/** Whether several machines may know different values of one key, which are then put together. */
export function isList(kind: SharedKind): kind is ListKind {
  return table[kind] === "lists";
}

/** How many lists are kept of one key. */
const kept = 8;

/** What several know, the first being the one whose lists come first. */
export function mergedLists(values: readonly RecordOf<ListKind>[]): RecordOf<ListKind> {
  const lists = new Map(values.flat().map((each) => [JSON.stringify(each), each]));
  return [...lists.values()].slice(0, kept);
}
