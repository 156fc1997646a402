import * as v from "valibot";
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
  results: v.array(resultSchema),
});

/** The table as data. */
export type Benchmarks = v.InferOutput<typeof benchmarksSchema>;
