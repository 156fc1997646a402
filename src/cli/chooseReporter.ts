import type { Around } from "./around.ts";
import type { OutputOptions } from "./outputOptions.ts";
import { humanReporter } from "./reporter/human.ts";
import { jsonReporter } from "./reporter/json.ts";
import { plainReporter } from "./reporter/plain.ts";
import type { Reporter, Surroundings } from "./reporter/reporter.ts";
import { wantsColor } from "./reporter/wantsColor.ts";

type About = { readonly command: string; readonly project: string; readonly verbosity: number };

/** The reporter that was asked for; else a live one on a terminal, and lines everywhere else, as in CI. */
export function chooseReporter({ color, logFormat }: OutputOptions, around: Around, about: About): Reporter {
  const { env, out, err, now, terminal } = around;
  const surroundings: Surroundings = {
    out,
    err,
    now,
    colors: wantsColor(color, env, terminal.err),
    verbosity: about.verbosity,
  };
  if (logFormat === "json") return jsonReporter(surroundings, about);
  const live = terminal.err && env.TERM !== "dumb" && (logFormat === "human" || !env.CI);
  return live && logFormat !== "plain" ? humanReporter(surroundings) : plainReporter(surroundings);
}
