import { buildCommand } from "./buildCommand.ts";
import type { Side } from "./side.ts";
import { type Timed, timed } from "./timed.ts";

/** Builds what is there. Seconds are those that count; see `timed`. */
export async function build(side: Side): Promise<Timed> {
  const seconds = await side.peer?.build?.(side);
  return seconds === undefined ? timed(buildCommand(side)) : { seconds, compiled: [] };
}
