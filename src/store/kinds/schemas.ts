import * as v from "valibot";
import type { Digest } from "../../base/digest.ts";
import { byName, digest, list } from "../../base/schemas.ts";
import { isScanRecord, type ScanRecord } from "../../project/scan/scanMemory.ts";

// What several kinds of records say.

export const text = v.string();
export const flag = v.boolean();
export const texts = list(text);
export const textByName = byName(text);
export const digestByName = byName(digest);
export const digestsByName = byName(list(digest));

/** Of a record that says all by being there. */
export const nothing = v.null();

/** What reading a directory showed. */
export const scan = v.custom<ScanRecord>(isScanRecord);

/** A unit as people speak of it. */
export const unitName = { package: text, version: text, target: text, mode: text };

/** A tree that was made of something outside. */
export const treeOf = { version: 1, schema: digest, standsFor: (tree: Digest) => tree } as const;

/** A tree that may have been made later, of which the digest is known already. */
export const plannedTree = { schema: digest, names: (tree: Digest) => [tree] } as const;
