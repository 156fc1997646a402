import * as v from "valibot";

const unit = v.object({
  type: v.literal("unit"),
  package: v.string(),
  version: v.string(),
  target: v.string(),
  mode: v.string(),
  status: v.picklist(["compiled", "restored", "fetched"]),
});

const finish = v.object({
  type: v.literal("finish"),
  units: v.object({ compiled: v.number(), restored: v.number(), fetched: v.number() }),
  outputs: v.optional(v.record(v.string(), v.string()), {}),
});

const event = v.pipe(v.string(), v.parseJson(), v.variant("type", [unit, finish]));

export type Report = {
  /** Units that rustc, or a build script, was run for: `serde 1.0.228 lib build`. */
  readonly compiled: readonly string[];
  readonly units: v.InferOutput<typeof finish>["units"];
  readonly outputs: Readonly<Record<string, string>>;
};

/**
 * What a build with `--log-format json` printed, reduced to what tables show. Other kinds of lines are passed
 * over.
 */
export function readReport(stdout: string): Report {
  const events = stdout.split("\n").flatMap((text) => {
    const parsed = v.safeParse(event, text);
    return parsed.success ? [parsed.output] : [];
  });
  const end = events.findLast((one) => one.type === "finish");
  return {
    compiled: events.flatMap((one) =>
      one.type === "unit" && one.status === "compiled"
        ? [`${one.package} ${one.version} ${one.target} ${one.mode}`]
        : [],
    ),
    units: end?.units ?? { compiled: 0, restored: 0, fetched: 0 },
    outputs: end?.outputs ?? {},
  };
}
