import * as v from "valibot";
import { asDigest } from "../../base/digest.ts";
import { data, digest, fields, list } from "../../base/schemas.ts";
import { fetchedKinds } from "./fetched.ts";
import { hostKinds } from "./host.ts";
import { type RecordKind, recordKind } from "./recordKind.ts";
import { nothing, text, texts } from "./schemas.ts";
import { sourceKinds } from "./sources.ts";
import { stepKinds } from "./steps.ts";
import { unitKinds } from "./units.ts";

export type KindName = keyof typeof table;

/** What a record of that kind says. */
export type RecordOf<Kind extends KindName> = v.InferOutput<Schemas[Kind]>;

type Schemas = { readonly [Kind in KindName]: (typeof table)[Kind]["schema"] };

/** What is known of a record by the word of others. */
const othersValues = list(
  fields({
    /** The keys of all whose word it is, as `trustedKeys` has them. */
    word: texts,
    value: data,
    /** The trees that it stands for or names. */
    trees: list(digest),
    /** Who made it and when, in seconds after the epoch; absent: it was made here, with the help of what these say. */
    made: v.exactOptional(fields({ by: text, at: v.number() })),
  }),
);

/** What is remembered of the store itself, and of shared caches. */
export const storeKinds = {
  /** A tree: it was used. A process says so before it looks whether the tree is there. */
  tree: recordKind({
    version: 1,
    schema: nothing,
    names: (_, key) => [asDigest(key)].filter((tree) => tree !== undefined),
  }),
  /** The path of a link outside the store. The tree that it points to is kept for as long as it does. */
  root: recordKind({ version: 1, schema: nothing }),
  /** See `shellKey`: the trees that a developer's shell names, which are kept for as long as it is there. */
  shell: recordKind({ version: 1, schema: list(digest), names: (trees) => trees }),
  /**
   * Kind, version and key of another record: what is known of it by the word of others, or was made with the help of what
   * is; the latest first. See `engine/shared/othersRecords.ts`.
   */
  "by-others": recordKind({
    version: 2,
    isDerived: true,
    schema: othersValues,
    names: (values) => values.flatMap(({ trees }) => trees),
    logOf: (_, key) => asDigest(key.replace(/^result \d+ /, "")),
  }),
  /** The address of a shared cache: why sending to it in the background ended, if not well. */
  "cache-problem": recordKind({
    version: 1,
    schema: v.nullable(fields({ at: v.number(), message: text, notes: texts })),
  }),
};

/**
 * The one table of what is remembered besides trees. Whoever wants to remember something else adds a kind to one of its parts:
 * reading and writing, garbage collection, `verify` and `stats` go by this table.
 *
 * The comment of a kind says what its key is.
 */
const table = { ...storeKinds, ...stepKinds, ...unitKinds, ...sourceKinds, ...fetchedKinds, ...hostKinds };

/** See `table`. The type tells the compiler that a kind's name and its schema belong together. */
export const kinds: { readonly [Kind in KindName]: RecordKind<Schemas[Kind]> } = table;

/** Undefined for kinds that only another Gantry knows. */
export function kindNamed(name: string): RecordKind | undefined {
  return kindsByName.get(name);
}

const kindsByName = new Map<string, RecordKind>(Object.entries(kinds));
