import { posix } from "node:path";
import { type Digest, digestOf } from "../../base/digest.ts";
import { isWithin, normalPath } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
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
import { mentionedPaths, mentionsIn } from "../../project/scan/mentions.ts";
import { type TreeFile, treeDigest } from "../../store/treeDigest.ts";
import { bytesOf, changedMeanwhile } from "../../tree/files.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";

type ReducedSource = {
  readonly digest: Digest;
  readonly tree: readonly TreeFile[];
  /** The paths in it of what is as it was in the source. */
  readonly asTheyAre: readonly string[];
  /** Where the content of a file in `tree` comes from. */
  readonly origin: (file: TreeFile) => string | Buffer;
};

/**
 * A source reduced to what decides how dependencies are built: manifests, the lock, stubs of code, and what Cargo's
 * settings name.
 *
 * Errors: `source-changed`, where a file that it is made of is no longer what the source says; those of `dummySource` and
 * `rootConfigs`.
 *
 * @param sourceOriginOf where the content of a file comes from: its path on the host, or the bytes
 */
export function reducedSource(
  source: readonly TreeFile[],
  sourceOriginOf: (path: string) => string | Buffer,
  given: Pick<DummyInput, "roots" | "words">,
): Result<ReducedSource> {
  const { files, placeOf } = throughLinks(source);
  const originOf = (path: string) => sourceOriginOf(placeOf(path));
  const expectedAt = contentsAmong(source);
  let changed: string | undefined;
  // What comes of a manifest is remembered of the source, in which another one may lie by now.
  const textIn = (path: string): string | undefined => {
    const origin = originOf(path);
    const bytes = typeof origin === "string" ? bytesOf(origin) : origin;
    const expected = expectedAt(placeOf(path));
    if (expected !== undefined && (bytes && digestOf(bytes)) !== expected) changed ??= path;
    return bytes?.toString();
  };
  const reduced = reduce(files, { originOf, textIn, given });
  return changed === undefined ? reduced : err(changedMeanwhile(changed));
}

/**
 * The content of the file that a path of a source leads to; undefined where it leads to none, or out of the source as it lies on
 * the host.
 */
function contentsAmong(source: readonly TreeFile[]): (path: string) => Digest | undefined {
  const links = linksAmong(source);
  const entries = new Map(source.map((file) => [file.path, file]));
  return (path) => {
    const end = entries.get(links.has(path) ? (followLinks(links, path) ?? "") : path);
    return end?.type === "file" ? end.digest : undefined;
  };
}

type Reducing = {
  readonly originOf: (path: string) => string | Buffer;
  /** Undefined for a link that leads nowhere or to a directory, which Cargo takes for nothing at all. */
  readonly textIn: (path: string) => string | undefined;
  readonly given: Pick<DummyInput, "roots" | "words">;
};

function reduce(files: readonly TreeFile[], { originOf, textIn, given }: Reducing): Result<ReducedSource> {
  const textOf = (path: string): string => textIn(path) ?? "";
  const paths = files.map((file) => file.path);
  const planning = paths.filter(isPlanningFile);
  const input = {
    files: new Map(
      planning.flatMap((path) => {
        const text = textIn(path);
        return text === undefined ? [] : [[path, text]];
      }),
    ),
    paths,
    ...given,
  };
  const texts = dummySource(input);
  if (!texts.ok) return texts;
  const verbatim = verbatimPaths(input);
  if (!verbatim.ok) return verbatim;
  const configured = configuredFiles(input, files, textOf);
  if (!configured.ok) return configured;
  const named = namedByCode(verbatim.value, paths, textOf);
  const asTheyAre = new Set([...verbatim.value, ...named, ...configured.value]);
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
  return ok({ digest: treeDigest(tree), tree, asTheyAre: [...asTheyAre], origin });
}

/** The files of a source that code names which is kept as it is, and which those name in turn. */
function namedByCode(
  kept: readonly string[],
  paths: readonly string[],
  textOf: (path: string) => string,
): ReadonlySet<string> {
  const directories = new Set(paths.flatMap((path) => partsOf(posix.dirname(path))));
  const mentioned = mentionedPaths({
    paths: [...paths],
    directories,
    symlinks: new Set(),
    special: [],
    undecodable: [],
  });
  const named = new Set<string>();
  const queue = kept.filter((path) => path.endsWith(".rs"));
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    let isGrowing = false;
    for (const name of mentionsIn(path, textOf(path))) isGrowing = mentioned.add(path, name) || isGrowing;
    if (!isGrowing) continue;
    for (const each of paths) {
      if (named.has(each) || !mentioned.has(each)) continue;
      named.add(each);
      if (each.endsWith(".rs") && !kept.includes(each)) queue.push(each);
    }
  }
  return named;
}

/** The files of a source, and where in it each lies. */
type Followed = { readonly files: readonly TreeFile[]; readonly placeOf: (path: string) => string };

/**
 * A source as Cargo sees it, which follows links to directories: what lies where a link leads is also below the link, which
 * is no file itself. A member of the workspace, or `src`, may be such a link. One that leads out of the source, or to a
 * directory that it is in, stays a link.
 */
function throughLinks(source: readonly TreeFile[]): Followed {
  const links = linksAmong(source);
  const known = new Map(source.map((file) => [file.path, file]));
  const directories = new Set(
    links.size === 0 ? [] : source.flatMap(({ path }) => partsOf(posix.dirname(path))),
  );
  const directoryAt = (path: string) => {
    const end = links.has(path) ? followLinks(links, path, world.source) : undefined;
    return end !== undefined && !known.has(end) && directories.has(end) && !isWithin(path, end)
      ? end
      : undefined;
  };
  if (![...links.keys()].some((path) => directoryAt(path) !== undefined)) {
    return { files: source, placeOf: (path) => path };
  }
  const places = new Map<string, string>();
  const seen = new Map<string, TreeFile>();
  const add = (path: string, file: TreeFile, outer: readonly string[]): void => {
    const end = directoryAt(file.path);
    if (end === undefined || outer.includes(end)) {
      // Below a link, a link's relative target would count from another directory.
      const own =
        path === file.path ? file : (known.get(followLinks(links, file.path, world.source) ?? "") ?? file);
      seen.set(path, { ...own, path });
      places.set(path, own.path);
      return;
    }
    for (const below of source) {
      if (isWithin(below.path, end)) add(path + below.path.slice(end.length), below, [...outer, end]);
    }
  };
  for (const file of source) add(file.path, file, []);
  return { files: [...seen.values()], placeOf: (path) => places.get(path) ?? path };
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
