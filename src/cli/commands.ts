import type { Result } from "../base/result.ts";
import type { CommandArguments, CommandOutcome, GlobalOptions, Handler, Parsed } from "../command/command.ts";
import type { Emit } from "../engine/event.ts";
import {
  buildArguments,
  checkArguments,
  graphArguments,
  logArguments,
  runArguments,
  showArguments,
  storeGcArguments,
  storePathArguments,
  storeStatsArguments,
  storeVerifyArguments,
  vendorArguments,
  whyArguments,
  withArguments,
} from "./arguments.ts";
import { completionsArguments } from "./completions/positions.ts";

/** Every command there is, in the order of the help. What a command needs is loaded when it runs. */
export const commands: readonly CommandEntry[] = [
  command(buildArguments, async () => (await import("../command/build.ts")).build),
  command(runArguments, async () => (await import("../command/run.ts")).run),
  command(checkArguments, async () => (await import("../command/check.ts")).check),
  command(vendorArguments, async () => (await import("../command/vendor/vendor.ts")).vendor),
  command(withArguments, async () => (await import("../command/with/with.ts")).withOverrides),
  command(showArguments, async () => (await import("../command/show.ts")).show),
  command(graphArguments, async () => (await import("../command/graph.ts")).graph),
  command(whyArguments, async () => (await import("../command/why.ts")).why),
  command(logArguments, async () => (await import("../command/log.ts")).log),
  command(storeGcArguments, async () => (await import("../command/store/gc.ts")).storeGc),
  command(storeVerifyArguments, async () => (await import("../command/store/verify.ts")).storeVerify),
  command(storePathArguments, async () => (await import("../command/store/path.ts")).storePath),
  command(storeStatsArguments, async () => (await import("../command/store/stats.ts")).storeStats),
  command(completionsArguments, async () => (await import("./completions/completions.ts")).completions),
];

/** A command in the table: what it takes, and how to run it. */
export type CommandEntry = {
  readonly arguments: CommandArguments;
  readonly run: (global: GlobalOptions, parsed: Parsed, emit: Emit) => Promise<Result<CommandOutcome>>;
};

/**
 * Binds arguments to a handler that is loaded when the command runs, so that starting costs the same
 * however many commands there are.
 *
 * @example
 * command(buildArguments, async () => (await import("../command/build.ts")).build)
 */
export function command<Options>(
  args: CommandArguments<Options>,
  load: () => Promise<Handler<Options>>,
): CommandEntry {
  return {
    arguments: args,
    run: async (global, parsed, emit) => {
      const handler = await load();
      return handler({ ...global, ...args.read(parsed) }, emit);
    },
  };
}
