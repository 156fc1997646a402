export type RegistryCrate = { readonly name: string; readonly dependencies: readonly string[] };

/** The one version that all generated crates have. */
export const crateVersion = "1.0.0";

/** Crates that depend on up to two before them each, so that there are about ten levels of them. */
export function registryCrates(count: number): readonly RegistryCrate[] {
  return Array.from({ length: count }, (_, index) => ({
    name: nameOf(index),
    dependencies: index === 0 ? [] : [...new Set([index >> 1, Math.floor(index / 3)])].map(nameOf),
  }));
}

/** Its files, tiny: what is measured is the handling of many, not rustc. */
export function crateFiles({ name, dependencies }: RegistryCrate): Record<string, string> {
  return {
    "Cargo.toml": `[package]
name = "${name}"
version = "${crateVersion}"
edition = "2021"

[dependencies]
${dependencies.map((one) => `${one} = "1"`).join("\n")}
`,
    "src/lib.rs": weightSource(dependencies),
  };
}

/** Rust that uses something of each dependency. */
export function weightSource(dependencies: readonly string[]): string {
  const terms = dependencies.map((one) => `.wrapping_add(${one.replaceAll("-", "_")}::WEIGHT)`);
  return `pub const WEIGHT: u64 = 1u64${terms.join("")};\n`;
}

function nameOf(index: number): string {
  return `synthetic-${String(index).padStart(4, "0")}`;
}
