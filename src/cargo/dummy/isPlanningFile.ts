/**
 * Whether the text of the file at `path` belongs into `DummyInput.files`.
 *
 * @example
 * isPlanningFile("crates/app/Cargo.toml") // true
 */
export function isPlanningFile(path: string): boolean {
  return /(^|\/)(Cargo\.(toml|lock)|\.cargo\/config(\.toml)?|rust-toolchain(\.toml)?)$/.test(path);
}
