import * as v from "valibot";

export const spreadSchema = v.object({ median: v.number(), min: v.number(), max: v.number() });

export const resultSchema = v.object({
  project: v.string(),
  case: v.string(),
  target: v.string(),
  met: v.boolean(),
  pairs: v.number(),
  /** Seconds. */
  cargo: spreadSchema,
  /** Seconds. */
  gantry: spreadSchema,
  /** Gantry's time divided by Cargo's, pair by pair. */
  ratio: spreadSchema,
  /** Units that Gantry compiled in the last round. */
  compiled: v.number(),
  /** By name, those that took part: seconds, and their time divided by Cargo's, round by round. */
  peers: v.optional(v.record(v.string(), v.object({ time: spreadSchema, ratio: spreadSchema }))),
});

/** One row of the table. */
export type Result = v.InferOutput<typeof resultSchema>;
