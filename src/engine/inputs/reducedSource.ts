import { posix } from "node:path";
import type { CargoConfigFile } from "../../cargo/config/settings.ts";
import { filesNamedBySettings } from "../../cargo/config/settings.ts";
import { world } from "../../derivation/world.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";
import { isWithin, normalPath } from "../../tree/paths.ts";

type Configured = {
  /** Paths relative to the source's root. */
  readonly configs: readonly CargoConfigFile[];
  readonly workspaces: readonly string[];
  readonly textOf: (path: string) => string;
};

/**
 * The paths of a source's files that Cargo's settings in it name (see `filesNamedBySettings`), with the links on the way
 * to them.
 */
export function configuredEntries(
  files: readonly TreeFile[],
  { configs, workspaces, textOf }: Configured,
): ReadonlySet<string> {
  if (configs.length === 0) return new Set();
  const links = linksAmong(files);
  const paths = files.map(({ path }) => path);
  const known = new Set(paths);
  const real = (path: string): string | undefined => {
    const place = followLinks(links, path, world.source);
    return place === "" ? "." : place;
  };
  const kindOf = (path: string) => {
    const place = real(path);
    if (place === undefined) return undefined;
    if (known.has(place)) return "file";
    return paths.some((each) => isWithin(each, place)) ? "directory" : undefined;
  };
  const filesBelow = (directory: string, around: readonly string[] = []): string[] => {
    const place = real(directory);
    if (place === undefined || around.includes(place)) return [];
    return paths
      .filter((path) => isWithin(path, place))
      .flatMap((path) => {
        const each = posix.join(directory, posix.relative(place, path));
        const isDirectory = links.has(path) && kindOf(each) === "directory";
        return isDirectory ? filesBelow(each, [...around, place]) : [each];
      });
  };
  const named = filesNamedBySettings(configs, {
    root: world.source,
    workspaces,
    kindOf,
    textOf: (path) => textOf(real(path) ?? path),
    filesBelow,
  });
  const entries = new Set<string>();
  for (const path of [...named.values()].flat()) {
    for (let at: string | undefined = path; at !== undefined; ) {
      const link: string | undefined = partsOf(at).find((part) => links.has(part));
      entries.add(link ?? at);
      const follow: boolean = link !== undefined && kindOf(at) !== undefined;
      at = follow && link ? beyond(link, links.get(link) ?? "") + at.slice(link.length) : undefined;
    }
  }
  return entries;
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
