const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The target triple of this machine, as Rust's toolchains are named. */
export function hostTriple(arch: string = process.arch): string {
  return `${machines[arch] ?? arch}-unknown-linux-gnu`;
}
