import type { Result } from "../base/result.ts";
import type { CommandOutcome } from "../command/commandOutcome.ts";
import type { GlobalOptions } from "../command/globalOptions.ts";
import type { Handler } from "../command/handler.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandArguments, Parsed } from "./commandArguments.ts";

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
