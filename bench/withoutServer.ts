import type { Side } from "./side.ts";

/**
 * Does something to what a side keeps while its server, if it has one, is down.
 *
 * @param directories where the project lies from now on; default: the side's own
 */
export async function withoutServer(
  side: Side,
  act: () => Promise<void>,
  directories: readonly string[] = [side.directory],
): Promise<void> {
  await side.peer?.stop?.(side);
  await act();
  await side.peer?.start?.(side, directories);
}
