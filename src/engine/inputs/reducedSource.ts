import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { type Digest, digestOf } from "../../base/digest.ts";
import { isWithin, normalPath } from "../../base/paths.ts";
import { ok, type Result } from "../../base/result.ts";
import {
  type CargoConfigFile,
  configTexts,
  filesNamedBySettings,
  isPlanningFile,
} from "../../cargo/config/settings.ts";
import { type DummyInput, sourceRoots } from "../../cargo/dummy/dummyInput.ts";
import { dummySource, verbatimPaths } from "../../cargo/dummy/dummySource.ts";
import { rootConfigs } from "../../cargo/dummy/rootConfigs.ts";
import { world } from "../../derivation/world.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";

type ReducedSource = {
  readonly digest: Digest;
  readonly tree: readonly TreeFile[];
  /** Where the content of a file in `tree` comes from. */
  readonly origin: (file: TreeFile) => string | Buffer;
};

/**
 * A source reduced to what decides how dependencies are built: manifests, the lock, stubs of code, and what Cargo's
 * settings name.
 *
 * Errors: those of `dummySource` and `rootConfigs`.
 *
 * @param originOf where the content of a file comes from: its path on the host, or the bytes
 * @param roots directories of workspaces. Default: those that Cargo finds
 */
export function reducedSource(
  files: readonly TreeFile[],
  originOf: (path: string) => string | Buffer,
  roots: readonly string[] | undefined,
): Result<ReducedSource> {
  const paths = files.map((file) => file.path);
  const planning = paths.filter(isPlanningFile);
  const input = {
    files: new Map(planning.map((path) => [path, textOf(originOf(path))])),
    paths,
    ...(roots && { roots }),
  };
  const texts = dummySource(input);
  if (!texts.ok) return texts;
  const verbatim = verbatimPaths(input);
  if (!verbatim.ok) return verbatim;
  const configured = configuredFiles(input, files, (path) => textOf(originOf(path)));
  if (!configured.ok) return configured;
  const asTheyAre = new Set([...verbatim.value, ...configured.value]);
  const tree: TreeFile[] = [
    ...[...texts.value].map(
      ([path, text]): TreeFile => ({ path, type: "file", digest: digestOf(text), executable: false }),
    ),
    ...files.filter((file) => asTheyAre.has(file.path) && !texts.value.has(file.path)),
  ];
  const origin = (file: TreeFile) => {
    const text = texts.value.get(file.path);
    return text === undefined ? originOf(file.path) : Buffer.from(text);
  };
  return ok({ digest: treeDigest(tree), tree, origin });
}

/** What Cargo's settings name has to be there, as rustc, a linker or a build script opens it. */
function configuredFiles(
  input: DummyInput,
  files: readonly TreeFile[],
  textOf: (path: string) => string,
): Result<ReadonlySet<string>> {
  const configs = rootConfigs(input);
  if (!configs.ok || configs.value.length === 0) return configs.ok ? ok(new Set()) : configs;
  const paths = new Set(input.paths);
  const configFiles = configs.value.map(({ file }) => file);
  const texts = configTexts(configFiles, (path) => (paths.has(path) ? textOf(path) : undefined));
  return ok(configuredEntries(files, { configs: texts, workspaces: sourceRoots(input), textOf }));
}

function textOf(origin: string | Buffer): string {
  return typeof origin === "string" ? readFileSync(origin, "utf8") : origin.toString("utf8");
}

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
  const filesBelow = (directory: string, outer: readonly string[] = []): string[] => {
    const place = real(directory);
    if (place === undefined || outer.includes(place)) return [];
    return paths
      .filter((path) => isWithin(path, place))
      .flatMap((path) => {
        const each = posix.join(directory, posix.relative(place, path));
        const isDirectory = links.has(path) && kindOf(each) === "directory";
        return isDirectory ? filesBelow(each, [...outer, place]) : [each];
      });
  };
  const byNaming = filesNamedBySettings(configs, {
    root: world.source,
    workspaces,
    kindOf,
    textOf: (path) => textOf(real(path) ?? path),
    filesBelow,
  });
  const entries = new Set<string>();
  for (const path of [...byNaming.values()].flat()) {
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
