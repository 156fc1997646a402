/** A URL (or lock source) without its user part, for keys and names, which must not depend on who fetches. */
export function withoutUser(url: string): string {
  return url.replace(/^((?:\w+\+)?\w+:\/\/)[^/@]*@/, "$1");
}
