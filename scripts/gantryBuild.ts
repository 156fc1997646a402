import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { type Report, readReport } from "./readReport.ts";

export type Build = Report & {
  readonly ok: boolean;
  /** Wall time of the whole process. */
  readonly seconds: number;
  /** What it said on standard error. */
  readonly said: string;
};

export type BuildOptions = {
  readonly directory: string;
  readonly store: string;
  /** Default: `auto`, as for users. */
  readonly sandbox?: "full" | "none" | "auto";
};

/** Runs `gantry build` and times it. A build that fails is a value, since a table has a row for it. */
export async function gantryBuild(options: BuildOptions): Promise<Build> {
  const { directory, store, sandbox = "auto" } = options;
  const args = ["build", "-C", directory, "--store", store, "--sandbox", sandbox, "--log-format", "json"];
  const start = process.hrtime.bigint();
  const run = await execa(gantryCommand, args, { reject: false, stdin: "ignore" });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const said = run.stderr || (run.failed ? (run.shortMessage ?? "") : "");
  return { ...readReport(run.stdout), ok: !run.failed, seconds, said };
}
