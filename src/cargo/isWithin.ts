/**
 * Whether `path` is `directory` or lies below it. Both are normal and relative to one root, which is `.`
 * itself.
 *
 * @example
 * isWithin("crates/app/src", "crates/app") // true
 */
export function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}
