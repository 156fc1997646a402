import * as v from "valibot";
import { asDigest, type Data, type Digest, isRecord } from "./digest.ts";

// Schemas of what is kept as JSON.

/** A digest as text. */
export const digest = v.custom<Digest>((value) => typeof value === "string" && asDigest(value) !== undefined);

/** Any value, since values are parsed from JSON. */
export const data = v.custom<Data>(() => true);

/** An object that has these fields. */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(v.object(entries), v.readonly());
}

/** A list of these, which nobody changes. */
export function list<const Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item), v.readonly());
}

/** An object with any names. `v.record` drops some, such as `constructor`, which a file may have. */
export function byName<const Item extends v.GenericSchema>(item: Item) {
  return v.custom<Readonly<Record<string, v.InferOutput<Item>>>>(
    (value) => isRecord(value) && Object.values(value).every((each) => v.is(item, each)),
  );
}
