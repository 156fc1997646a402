import * as v from "valibot";

const spread = v.object({ median: v.number(), min: v.number(), max: v.number() });

export const resultSchema = v.object({
  project: v.string(),
  case: v.string(),
  target: v.string(),
  met: v.boolean(),
  pairs: v.number(),
  /** Seconds. */
  cargo: spread,
  /** Seconds. */
  gantry: spread,
  /** Gantry's time divided by Cargo's, pair by pair. */
  ratio: spread,
  /** Units that Gantry compiled in the last round. */
  compiled: v.number(),
});

/** One row of the table. */
export type Result = v.InferOutput<typeof resultSchema>;
