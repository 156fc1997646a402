import * as v from "valibot";

const unit = v.object({
  type: v.literal("unit"),
  step: v.string(),
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

const step = v.object({
  type: v.literal("step"),
  name: v.string(),
  status: v.string(),
  seconds: v.optional(v.number(), 0),
});

const check = v.object({
  type: v.literal("check"),
  name: v.string(),
  status: v.string(),
  from: v.optional(v.string()),
  errors: v.number(),
  warnings: v.number(),
});

const event = v.pipe(v.string(), v.parseJson(), v.variant("type", [unit, step, check, finish]));

export type StepReport = {
  readonly step: string;
  /** `built`, `cached`, `failed`, … */
  readonly status: string;
  readonly seconds: number;
  /** How many units Cargo compiled in it. */
  readonly compiled: number;
};

export type CheckReport = v.InferOutput<typeof check>;

export type Report = {
  /** Units that rustc was run for: `serde 1.0.228 lib build`. */
  readonly compiled: readonly string[];
  readonly steps: readonly StepReport[];
  /** Those of `gantry check`. */
  readonly checks: readonly CheckReport[];
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
    steps: events.flatMap((one) => (one.type === "step" ? [stepReport(one, events)] : [])),
    checks: events.flatMap((one) => (one.type === "check" ? [one] : [])),
    units: end?.units ?? { compiled: 0, restored: 0, fetched: 0 },
    outputs: end?.outputs ?? {},
  };
}

function stepReport(
  { name: step, status, seconds }: v.InferOutput<typeof event> & { readonly type: "step" },
  events: readonly v.InferOutput<typeof event>[],
): StepReport {
  const units = events.filter((one) => one.type === "unit" && one.step === step && one.status === "compiled");
  return { step, status, seconds, compiled: units.length };
}
