import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The command lines of processes that still run and have to do with a directory: they name it, or see
 * something of it mounted, as all do that run in a sandbox of a store below it. Waits up to `patience`
 * milliseconds for them to end, since the system ends the children of a killed process a moment after it.
 */
export async function survivors(directory: string, patience = 2000): Promise<string[]> {
  const until = performance.now() + patience;
  for (;;) {
    const found = processesOf(directory);
    if (found.length === 0 || performance.now() > until) return found;
    await sleep(20);
  }
}

function processesOf(directory: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    if (command === "") return [];
    const concerned = command.includes(directory) || read(`/proc/${pid}/mountinfo`).includes(directory);
    return concerned ? [command] : [];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
