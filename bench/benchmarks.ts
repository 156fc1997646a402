import * as v from "valibot";
import { figureResultSchema } from "./figureResult.ts";
import { resultSchema } from "./result.ts";

export const benchmarksSchema = v.object({
  versions: v.object({
    cargo: v.string(),
    rustc: v.string(),
    node: v.string(),
    gantry: v.string(),
    bwrap: v.string(),
    cpu: v.string(),
  }),
  /** Of the peers that were measured, by name. */
  peers: v.optional(v.record(v.string(), v.string())),
  results: v.array(resultSchema),
  figures: v.optional(v.array(figureResultSchema)),
});

/** The tables as data. */
export type Benchmarks = v.InferOutput<typeof benchmarksSchema>;
