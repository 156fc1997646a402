import { lstatSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Message } from "../../cargo/plan/message.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import { hasOneDirectory, type UnitPlace } from "./targetLayout.ts";

/** What a build left in a target directory, by unit. */
export type WrittenUnits = {
  /** `release`, and `<triple>/release` with `--target`. */
  readonly roots: readonly string[];
  /** The paths of what lies in `deps/` and is named by no unit's hash. */
  readonly unhashed: readonly string[];
  /** The places of a package's units below one root. */
  readonly placesOf: (packageName: string, root: string) => readonly UnitPlace[];
  readonly has: (place: UnitPlace) => boolean;
  /** The paths of all that belongs to the unit at a place. */
  readonly filesOf: (unit: Unit, place: UnitPlace) => readonly string[];
  /** Those of them that are named by the unit's hash, or lie in a directory that is. */
  readonly filesAt: (place: UnitPlace) => readonly string[];
};

const hashed = /-([0-9a-f]{16})(?:\.[^/]*)?$/;

/** @param written the host's directory that holds what the build wrote */
export function writtenUnits(written: string): WrittenUnits {
  const roots = new Map(rootsBelow(written).map((root) => [root, readRoot(written, root)]));
  const filesAt = (place: UnitPlace): string[] => {
    const { root, directory } = place;
    if (hasOneDirectory(place)) return [`${root}/build/${directory}`];
    const { byHash, builds } = roots.get(root) ?? noRoot;
    return [
      `${root}/.fingerprint/${directory}`,
      ...(builds.has(directory) ? [`${root}/build/${directory}`] : []),
      ...(byHash.get(directory.slice(-16)) ?? []),
    ];
  };
  return {
    roots: [...roots.keys()],
    unhashed: [...roots.values()].flatMap(({ unhashed }) => unhashed),
    placesOf(packageName, root) {
      const names = [...(roots.get(root)?.fingerprints ?? [])];
      return names
        .filter((name) => name.slice(0, -17) === packageName)
        .map((directory) => ({ root, directory }));
    },
    has: ({ root, directory }) => roots.get(root)?.fingerprints.has(directory) ?? false,
    filesOf(unit, place) {
      const { byHash, unhashed } = roots.get(place.root) ?? noRoot;
      const isHashed = hasOneDirectory(place) || byHash.has(place.directory.slice(-16));
      return [...filesAt(place), ...(isHashed ? [] : unhashed.filter((path) => isOutputOf(unit, path)))];
    },
    filesAt,
  };
}

/** `cdylib` and `dylib` are not named by a hash, and then neither is the `rlib` beside them. */
function isOutputOf({ target }: Unit, path: string): boolean {
  if (target.kind.includes("custom-build")) return false;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const crate = target.name.replaceAll("-", "_");
  return [
    `lib${crate}.rlib`,
    `lib${crate}.rmeta`,
    `lib${crate}.so`,
    `lib${crate}.a`,
    `${crate}.d`,
    `${crate}.wasm`,
  ].includes(name);
}

type Root = {
  readonly fingerprints: ReadonlySet<string>;
  readonly builds: ReadonlySet<string>;
  readonly byHash: ReadonlyMap<string, readonly string[]>;
  readonly unhashed: readonly string[];
};

const noRoot: Root = { fingerprints: new Set(), builds: new Set(), byHash: new Map(), unhashed: [] };

function readRoot(written: string, root: string): Root {
  const paths = ["deps", "examples", "deps/artifact"].flatMap((directory) =>
    namesIn(`${written}/${root}/${directory}`).map((name) => `${root}/${directory}/${name}`),
  );
  const names = paths.filter((path) => path !== `${root}/deps/artifact`);
  const byHash = new Map<string, string[]>();
  for (const name of names) {
    const hash = hashed.exec(name)?.[1];
    if (hash) byHash.set(hash, [...(byHash.get(hash) ?? []), name]);
  }
  return {
    fingerprints: new Set([
      ...namesIn(`${written}/${root}/.fingerprint`),
      ...oneDirectoryUnits(`${written}/${root}`),
    ]),
    builds: new Set(namesIn(`${written}/${root}/build`)),
    byHash,
    unhashed: names.filter((name) => name.startsWith(`${root}/deps/`) && !hashed.test(name)),
  };
}

/** Those that a build only read, too: with `--target` all that is compiled for the machine may have been there. */
function rootsBelow(written: string): string[] {
  return namesIn(written)
    .flatMap((name) => [name, ...namesIn(`${written}/${name}`).map((below) => `${name}/${below}`)])
    .filter((root) => namesIn(`${written}/${root}`).some((name) => cargosOwn.test(name)));
}

/** Hidden in every root: Cargo's locks, of any layout, and the fingerprints of the older one. */
const cargosOwn = /^\.(fingerprint|cargo(-\w+)?-lock)$/;

/** `serde/0f684f4fb369afbd`, of the new layout. */
function oneDirectoryUnits(root: string): string[] {
  return namesIn(`${root}/build`).flatMap((name) =>
    namesIn(`${root}/build/${name}`)
      .filter((hash) => /^[0-9a-f]{16}$/.test(hash))
      .map((hash) => `${name}/${hash}`),
  );
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** What Cargo itself makes in the target directory, and in each of its roots, besides hidden files. */
const cargosAbove = new Set(["CACHEDIR.TAG", "tmp", "doc", "package", "cargo-timings"]);
const cargosBelow = new Set(["deps", "examples", "build", "incremental"]);

type Build = {
  /** That the step needs. */
  readonly units: readonly Unit[];
  readonly messages: readonly Message[];
  readonly written: WrittenUnits;
};

/**
 * Whether a build wrote into its target directory what is neither Cargo's nor a unit's. Then a build script left
 * something beside its `OUT_DIR`, for others to find, and would have to do it again.
 *
 * @param directory the host's, that holds what the build wrote
 */
export function writtenElsewhere(directory: string, { units, messages, written }: Build): boolean {
  const { roots, unhashed } = written;
  const outputs = new Set(messages.flatMap(filesOf).map(stemOf));
  const isRoot = (path: string) => roots.some((root) => root === path || root.startsWith(`${path}/`));
  const parents = new Set(["", ...roots.map((root) => root.replace(/[^/]+$/, ""))]);
  const above = [...parents].flatMap((parent) =>
    namesIn(`${directory}/${parent}`).filter((name) => !isRoot(`${parent}${name}`) && !cargosAbove.has(name)),
  );
  const below = roots.flatMap((root) =>
    namesIn(`${directory}/${root}`).filter((name) => !cargosBelow.has(name) && !outputs.has(stemOf(name))),
  );
  const beside = unhashed.filter(
    (path) => !units.some((unit) => isOutputOf(unit, path)) && !isOfEndedCompiler(directory, path),
  );
  return [...above, ...below, ...beside].some((path) => !basename(path).startsWith("."));
}

/**
 * Whether a directory in `deps/` is one that rustc (1.95) has there while it compiles and links: it removes them, unless it is
 * killed, as by Ctrl-C. Nothing is looked for in them, since their names are random.
 */
function isOfEndedCompiler(directory: string, path: string): boolean {
  const [, kind = ""] = /^(rmeta|rustc)[0-9A-Za-z]{6}$/.exec(basename(path)) ?? [];
  const own = compilersOwn.get(kind);
  if (!own) return false;
  const place = `${directory}/${path}`;
  return lstatSync(place).isDirectory() && readdirSync(place).every((name) => own.test(name));
}

/** A library's metadata, until 1.86 by its last name; and what the linker is given beside the objects. */
const compilersOwn: ReadonlyMap<string, RegExp> = new Map([
  ["rmeta", /^(full|stub|lib)\.rmeta$/],
  [
    "rustc",
    /^(lib\.rmeta|rmeta\.o|symbols\.o|list|lib\.def|linker-arguments|raw-dylibs|lib.+-[0-9a-f]{16}\.rlib)$/,
  ],
]);

function filesOf(message: Message): readonly string[] {
  return message.type === "compiler-artifact" ? message.filenames : [];
}

/** A program, its dep-info and its debugging information have one stem. */
function stemOf(path: string): string {
  return basename(path).replace(/\..*$/, "");
}
