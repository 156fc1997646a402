/** Without a sandbox `/build` lies below `none/` of the store, and absolute paths in dep-info say so. */
const sourcePath = /(?:^|\/none)\/build\/source(?:\/(.*))?$/;

/**
 * A path relative to the source, `""` for itself; undefined outside of it, where the environment or a dependency's key
 * covers it. `..` stays: where it leads, links decide.
 *
 * @param base the directory of the source that a relative path counts from
 */
export function inSource(path: string, base: string): string | undefined {
  const inside = sourcePath.exec(path);
  if (inside) return inside[1] ?? "";
  if (path.startsWith("/")) return undefined;
  return base === "" ? path : `${base}/${path}`;
}
