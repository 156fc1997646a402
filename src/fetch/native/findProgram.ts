import { accessSync, closeSync, constants, openSync, readSync, realpathSync } from "node:fs";

/** The real path of a compiled program on a `PATH`; undefined if there is none, or it is a script. */
export function findProgram(name: string, path: string): string | undefined {
  for (const directory of path.split(":")) {
    const at = `${directory}/${name}`;
    if (!directory.startsWith("/") || !executable(at)) continue;
    const real = realpathSync(at);
    return isElf(real) ? real : undefined;
  }
  return undefined;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK | constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isElf(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const magic = Buffer.alloc(4);
    return readSync(file, magic) === 4 && magic.equals(Buffer.from("\x7fELF"));
  } finally {
    closeSync(file);
  }
}
