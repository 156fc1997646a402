import { build } from "./build.ts";
import type { Side } from "./side.ts";

/** Builds what is there, untimed. */
export async function buildOnce(side: Side): Promise<void> {
  await build(side);
}
