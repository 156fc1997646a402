/**
 * The path of an archive's entry below the crate's own directory `stem`; `""` for that directory itself;
 * undefined where the entry would land anywhere else (absolute, `..`, another directory).
 */
export function crateEntryPath(path: string, stem: string): string | undefined {
  if (path.startsWith("/") || path.includes("\0")) return undefined;
  const [first, ...rest] = path.split("/");
  if (first !== stem) return undefined;
  const parts = rest.filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? undefined : parts.join("/");
}
