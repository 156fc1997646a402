import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * What in `directory` was not put there by vendoring, and would be lost if it were replaced: the first such
 * entry. Hidden entries do not count; they are kept.
 */
export function occupied(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return visible(directory).find(
    (name) => !isCrate(join(directory, name)) && !holdsCrates(join(directory, name)),
  );
}

function visible(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith("."));
  } catch {
    return [directory];
  }
}

function isCrate(path: string): boolean {
  return existsSync(join(path, ".cargo-checksum.json"));
}

/** The directory of one registry. */
function holdsCrates(path: string): boolean {
  const names = visible(path);
  return names.length > 0 && names.every((name) => isCrate(join(path, name)));
}
