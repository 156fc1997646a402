import * as v from "valibot";
import { figureResultSchema } from "./figureResult.ts";
import { resultSchema } from "./result.ts";

export const benchmarksSchema = v.object({
  /** Of programs, by name, and what the processor is. */
  versions: v.objectWithRest({ cpu: v.string() }, v.string()),
  /** Of the peers that were measured, by name. */
  peers: v.optional(v.record(v.string(), v.string())),
  results: v.array(resultSchema),
  figures: v.optional(v.array(figureResultSchema)),
});

/** The tables as data. */
export type Benchmarks = v.InferOutput<typeof benchmarksSchema>;
