import type { Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandOutcome } from "./commandOutcome.ts";
import type { GlobalOptions } from "./globalOptions.ts";

/**
 * One command, without the command line: options in, outcome out. It neither prints nor exits; what a
 * person should see while it works goes through `emit`.
 */
export type Handler<Options = unknown> = (
  options: GlobalOptions & Options,
  emit: Emit,
) => Promise<Result<CommandOutcome>>;
