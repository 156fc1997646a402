/**
 * Whether Cargo or rustc reads a file because of its name: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config`.
 * Called for every file of a source.
 */
export function isReadByCargo(path: string): boolean {
  if (path.endsWith(".rs") || path.endsWith(".toml")) return true;
  if (path.endsWith("Cargo.lock")) return path.length === 10 || path.charAt(path.length - 11) === "/";
  return path === ".cargo/config" || path.endsWith("/.cargo/config");
}
