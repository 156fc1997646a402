import { existsSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CacheOptions } from "../../crane/cacheOptions.ts";
import type { Project as Offered } from "../../crane/project.ts";
import { lastStep, logFile } from "../../engine/why/journal.ts";
import type { Store } from "../../store/store.ts";
import type { Command, CommandOutcome, GlobalOptions } from "../command.ts";
import { stepNames } from "./names.ts";

type LogOptions = {
  readonly name: string;
};

/**
 * `gantry log`: what a step printed when it ran last, well or not. The name is the step's (`app-deps`), or
 * that of an output (`default`, `clippy`). A step that ran is found even where the configuration is broken by
 * now.
 *
 * Errors: `step-unknown`, with the names that there are; `log-missing`; `log-large`.
 */
export const log: Command<LogOptions> = {
  doing: "reading the log",
  details:
    "Also of a step that failed, or whose result came from the store. `gantry show` and `gantry graph` list the names of steps.",
  operands: [
    { name: "NAME", summary: "the step, as the build named it, or a package or a check", required: true },
  ],
  examples: [["gantry log app-deps", "what the last build of the dependency layer printed"]],
  read: ({ operands: [name = ""] }) => ({ name }),
  async run(options, emit) {
    const { name } = options;
    const { findProject } = await import("../../project/findProject.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { root } = project.value;
    const { withStore } = await import("../open/withStore.ts");
    return withStore(options, emit, async (store) => {
      const logOf = (step: string, from = store): Result<CommandOutcome> | "unrun" | "collected" => {
        const key = lastStep(from, { project: root, step });
        return key ? readLog(from, step, key) : "unrun";
      };
      const log = logOf(name);
      if (typeof log !== "string") return log;
      const { withProject } = await import("../open/project.ts");
      return withProject(options, emit, async ({ offered }) => {
        const step = stepCalled(name, offered);
        if (!step.ok) return step;
        // What others tell of a step is shown only to who trusts them.
        const believing = await believed(store, { configured: offered.cache, root, options });
        if (!believing.ok) return believing;
        const found = logOf(step.value, believing.value);
        return typeof found === "string" ? err(noLog(step.value, found, offered)) : found;
      });
    });
  },
};

type Believing = {
  readonly configured: CacheOptions | undefined;
  readonly root: string;
  readonly options: Pick<GlobalOptions, "cache" | "offline">;
};

/** The store as the project believes it. Errors: those of `cacheSettings`. */
async function believed(store: Store, { configured, root, options }: Believing): Promise<Result<Store>> {
  const { cacheSettings } = await import("../../cache/settings.ts");
  const { othersRecords } = await import("../../engine/shared/othersRecords.ts");
  const { cache: option, offline } = options;
  const settings = cacheSettings({ configured, root, env: process.env, option, offline });
  if (!settings.ok) return settings;
  const records = othersRecords(store);
  records.trust(settings.value.trusted.map(({ text }) => text));
  return ok({ ...store, records });
}

function readLog(store: Store, step: string, key: Digest): Result<CommandOutcome> | "collected" {
  const file = logFile(store, key);
  try {
    return ok({ stdout: harmlessLog(readFileSync(file, "utf8")) });
  } catch {
    return existsSync(file) ? err(cannotShow(file, step)) : "collected";
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const colorCode = /(\x1b\[[0-9;]*m)/;

/** Of what a terminal would do, only colours are left: the text may be a stranger's. Lines that were written over are all there. */
export function harmlessLog(log: string): string {
  const clean = (text: string): string =>
    stripVTControlCharacters(text)
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
  return log
    .split(colorCode)
    .map((part) => (colorCode.test(part) ? part : clean(part)))
    .join("");
}

/** No string can hold it (512 MiB). */
function cannotShow(file: string, step: string) {
  return diagnostic("log-large", `the log of \`${step}\` is too large to be shown as a whole`, {
    help: [`less '${file}'`],
  });
}

function noLog(step: string, why: "unrun" | "collected", offered: Offered) {
  const because = why === "unrun" ? "it has not run here yet" : "garbage collection has removed it";
  return diagnostic("log-missing", `there is no log of \`${step}\``, {
    notes: [because],
    help: [`run it, again if need be: ${commandFor(step, offered)}`],
  });
}

/** What runs a step: the command for an output that consists of it. */
function commandFor(step: string, offered: Offered): string {
  const { ofOutput } = stepNames(offered);
  const isOf = (output: string) => ofOutput(output)?.includes(step) === true;
  const ofPackage = Object.keys(offered.packages).find(isOf);
  const check = Object.keys(offered.checks ?? {}).find(isOf);
  if (ofPackage === undefined && check !== undefined) return `gantry check ${check} --rebuild`;
  const named = ofPackage === undefined || ofPackage === "default" ? "" : ` ${ofPackage}`;
  return `gantry build${named} --rebuild`;
}

/** The name of the step that is called so, or whose output is. */
function stepCalled(name: string, offered: Offered): Result<string> {
  const { steps, outputs, ofOutput } = stepNames(offered);
  const step = ofOutput(name)?.at(-1) ?? steps.find((each) => each === name);
  if (step !== undefined) return ok(step);
  const guess = nearest(name, [...steps, ...outputs]);
  return err(
    diagnostic("step-unknown", `the project has no step \`${name}\``, {
      notes: [`its steps are ${backticked(steps)}`, `its outputs are ${backticked(outputs)}`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see how they hang together: gantry graph"],
      status: 2,
    }),
  );
}
