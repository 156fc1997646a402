const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** This machine, in the words of `CrateBinary.platform`: `linux-x86_64`. */
export function hostPlatform(): string {
  return `${process.platform}-${architectures[process.arch] ?? process.arch}`;
}
