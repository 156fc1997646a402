import { execa } from "execa";
import * as v from "valibot";
import { gantryCommand } from "./gantryCommand.ts";
import { readReport } from "./readReport.ts";

const unit = v.object({
  type: v.literal("unit"),
  package: v.string(),
  version: v.string(),
  target: v.string(),
  mode: v.string(),
  status: v.literal("fetched"),
});

const shared = v.object({
  type: v.literal("shared-cache"),
  requests: v.number(),
  received: v.number(),
  sent: v.number(),
  spent: v.number(),
});

const problem = v.object({ type: v.literal("diagnostic"), message: v.string(), notes: v.array(v.string()) });

const event = v.pipe(v.string(), v.parseJson(), v.variant("type", [unit, shared, problem]));

/** What one build of a machine with a shared cache did. */
export type CachedBuild = {
  /** Wall time of the command. */
  readonly seconds: number;
  /** Units like `serde 1.0.228 lib build`, sorted: what rustc was run for. */
  readonly compiled: readonly string[];
  /** The same; what build scripts left is not listed, as it is not among `compiled`. */
  readonly fetched: readonly string[];
  /** Of the client's counters; bytes. `spent` is how long something waited for the cache, in seconds. */
  readonly requests: number;
  readonly received: number;
  readonly sent: number;
  readonly spent: number;
  /** What was wrong, and did not end the build. */
  readonly problems: readonly string[];
};

type Machine = {
  readonly directory: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What starts it: the words that enter a network namespace. Default: nothing. */
  readonly through?: readonly string[];
};

/**
 * Builds a project as one of several machines would.
 *
 * @throws with its output if the build fails
 */
export async function cachedBuild({ directory, store, env, through = [] }: Machine): Promise<CachedBuild> {
  const args = ["build", "-C", directory, "--store", store, "--log-format", "json", "--cache-report"];
  const [program = gantryCommand, ...words] = [...through, gantryCommand, ...args];
  const start = performance.now();
  const { stdout } = await execa(program, words, { env, cwd: directory, stdin: "ignore" });
  const seconds = (performance.now() - start) / 1000;
  const events = stdout.split("\n").flatMap((text) => {
    const parsed = v.safeParse(event, text);
    return parsed.success ? [parsed.output] : [];
  });
  const counted = events.find((one) => one.type === "shared-cache");
  return {
    seconds,
    compiled: [...readReport(stdout).compiled].sort(),
    fetched: events
      .flatMap((one) =>
        one.type === "unit" && one.mode !== "run-custom-build"
          ? [`${one.package} ${one.version} ${one.target} ${one.mode}`]
          : [],
      )
      .sort(),
    requests: counted?.requests ?? 0,
    received: counted?.received ?? 0,
    sent: counted?.sent ?? 0,
    spent: counted?.spent ?? 0,
    problems: events.flatMap((one) =>
      one.type === "diagnostic" ? [[one.message, ...one.notes].join("; ")] : [],
    ),
  };
}
