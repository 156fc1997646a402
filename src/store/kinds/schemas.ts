import * as v from "valibot";
import { data, digest, fields, list } from "../../base/schemas.ts";

const text = v.string();
const texts = list(text);

/** A unit as people speak of it. */
export const unitName = { package: text, version: text, target: text, mode: text };

/** What was decided about the steps of a build, and why. */
export const decisions = list(
  fields({
    step: text,
    status: v.picklist(["built", "cached", "fetched", "failed", "stopped"]),
    /** Why it ran, or why it did not although something changed. */
    reason: v.exactOptional(text),
    /** All that changed, where `reason` has only the first. */
    changes: v.exactOptional(texts),
    /** What else is to be known about how it ran. */
    note: v.exactOptional(text),
    /** The units that it had to compile. */
    units: list(
      fields({
        ...unitName,
        reason: text,
        /** What tells it from others that are called the same. */
        which: v.exactOptional(text),
        /** Absent where it was compiled. */
        end: v.exactOptional(v.picklist(["failed", "unfinished"])),
      }),
    ),
    /** The tests that were asked for, where results are kept; without a reason: it did not have to run. */
    tests: v.exactOptional(
      list(fields({ kind: v.picklist(["program", "test"]), test: text, reason: v.exactOptional(text) })),
    ),
  }),
);

/** What is known of a record by the word of others. */
export const othersValues = list(
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
