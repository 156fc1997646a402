import { lutimesSync, readdirSync } from "node:fs";

/** In seconds; the store's own constant time, which copying does not keep. */
const time = 1;

/** Gives everything below a directory one modification time, so that Cargo takes restored units for fresh. */
export function settleTimes(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) settleTimes(path);
    lutimesSync(path, time, time);
  }
}
