import { asDigest, type Digest } from "../base/digest.ts";

/** A record of the index, without its text. */
export type StoreRecord = {
  readonly kind: string;
  readonly key: string;
  /** The day of its last use, in days after the epoch. */
  readonly used: number;
  /** Every digest in its text. */
  readonly digests: readonly Digest[];
  /** Those of them that are trees in the store. */
  readonly names: readonly Digest[];
  /** The tree that it stands for, there or not: of a step its output, of a unit its files. */
  readonly standsFor: Digest | undefined;
};

/** Kinds whose text has the tree that the record stands for as the first digest in it. */
const treeKinds = /^(?:result|unit|crate|tree|base-dpkg|git-.+|native-.+)$/;

/**
 * What a record says of trees. Any digest in its text counts as named, whatever the kind: too much is kept rather
 * than too little.
 */
export function recordOf(
  row: Readonly<Record<string, unknown>>,
  there: { has(digest: Digest): boolean },
): StoreRecord {
  const [kind, key, value] = [String(row.kind), String(row.key), String(row.value)];
  const digests = [...new Set((value.match(/[0-9a-f]{64}/g) ?? []).flatMap((text) => asDigest(text) ?? []))];
  return {
    kind,
    key,
    used: Number(row.used),
    digests,
    names: digests.filter((digest) => there.has(digest)),
    standsFor: treeKinds.test(kind) ? digests[0] : undefined,
  };
}
