import type { Replacement } from "./replacement.ts";

/**
 * What the entry of a replacement is called in `[patch]`: the package's name, or, where two versions of one
 * package are replaced, a name of its own, which then needs `package`.
 */
export function patchKey(replacement: Replacement, all: readonly Replacement[]): string {
  const { name, version } = replacement.locked;
  return all.filter((one) => one.locked.name === name).length > 1 ? `${name}-${version}` : name;
}
