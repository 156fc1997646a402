import * as v from "valibot";
import { spreadSchema } from "./result.ts";

export const figureResultSchema = v.object({
  project: v.string(),
  case: v.string(),
  target: v.string(),
  met: v.boolean(),
  runs: v.number(),
  measured: v.array(
    v.object({ what: v.string(), unit: v.picklist(["s", "MB", "units", "×"]), value: spreadSchema }),
  ),
});

/** One row of the table of what is compared with no other program. */
export type FigureResult = v.InferOutput<typeof figureResultSchema>;
