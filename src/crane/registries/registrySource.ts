/** A registry's `source` as a lock has it, for the URL of its index. */
export function registrySource(indexUrl: string): string {
  return /^(?:registry|sparse)\+/.test(indexUrl) ? indexUrl : `registry+${indexUrl}`;
}
