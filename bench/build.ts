import { buildCommand } from "./buildCommand.ts";
import type { Side } from "./side.ts";
import { timed } from "./timed.ts";

/** Builds what is there. Seconds are those that count; see `timed`. */
export async function build(side: Side): Promise<{ seconds: number; compiled: number }> {
  const seconds = await side.peer?.build?.(side);
  return seconds === undefined ? timed(buildCommand(side)) : { seconds, compiled: 0 };
}
