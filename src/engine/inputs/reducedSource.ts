import { posix } from "node:path";
import { configuredPaths, directoryFiles } from "../../cargo/config/compilerSettings.ts";
import type { CargoConfigFile } from "../../cargo/config/parseCargoConfig.ts";
import { isWithin, normalPath } from "../../cargo/paths.ts";
import { world } from "../../derivation/world.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { followLinks } from "../../units/key/localSource.ts";

type Configured = {
  /** Paths relative to the source's root. */
  readonly configs: readonly CargoConfigFile[];
  readonly workspaces: readonly string[];
  readonly textOf: (path: string) => string;
};

/**
 * The paths of a source's files that its configuration of Cargo names (see `configuredPaths`), with all of a directory,
 * and with the links on the way to them.
 */
export function configuredEntries(
  files: readonly TreeFile[],
  { configs, workspaces, textOf }: Configured,
): ReadonlySet<string> {
  if (configs.length === 0) return new Set();
  const links = new Map(
    files.flatMap((file) => (file.type === "symlink" ? [[file.path, file.target] as const] : [])),
  );
  const paths = files.map(({ path }) => path);
  const known = new Set(paths);
  const real = (path: string): string | undefined => {
    const place = followLinks(links, path);
    return place === "" ? "." : place;
  };
  const source = {
    root: world.source,
    workspaces,
    kindOf: (path: string) => {
      const place = real(path);
      if (place === undefined) return undefined;
      if (known.has(place)) return "file";
      return paths.some((each) => isWithin(each, place)) ? "directory" : undefined;
    },
    textOf: (path: string) => textOf(real(path) ?? path),
  };
  const found = new Set<string>();
  const seen = new Set<string>();
  const queue = configs.flatMap((config) => configuredPaths(config, source));
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const link = partsOf(path).find((part) => links.has(part));
    if (link !== undefined) {
      found.add(link);
      if (source.kindOf(path)) queue.push(beyond(link, links.get(link) ?? "") + path.slice(link.length));
    } else if (known.has(path)) {
      found.add(path);
    } else {
      queue.push(...directoryFiles(path, paths));
    }
  }
  return found;
}

/** A path and the directories above it, the outermost first. */
function partsOf(path: string): string[] {
  const above = posix.dirname(path);
  return above === "." ? [path] : [...partsOf(above), path];
}

function beyond(link: string, target: string): string {
  return posix.isAbsolute(target)
    ? posix.relative(world.source, target)
    : normalPath(posix.dirname(link), target);
}
