/**
 * Where Cargo looks for the targets of a kind
 * (https://doc.rust-lang.org/cargo/guide/project-layout.html).
 */
export const targetDirectories = {
  bin: "src/bin",
  example: "examples",
  test: "tests",
  bench: "benches",
} as const;
