import { buildCommand } from "./buildCommand.ts";
import type { Side } from "./side.ts";
import { timed } from "./timed.ts";

/** Builds what is there, untimed. */
export async function buildOnce(side: Side): Promise<void> {
  await timed(buildCommand(side));
}
