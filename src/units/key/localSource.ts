import { posix } from "node:path";
import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { parentOf } from "../../base/paths.ts";
import { ok } from "../../base/result.ts";
import { inherit } from "../../cargo/manifest/inherit.ts";
import { isTable, parseToml, type TomlTable, type TomlValue, tableOf } from "../../cargo/toml/toml.ts";
import { findWorkspaceRoot, workspaceKeys } from "../../cargo/workspace/workspaceRoot.ts";
import { world } from "../../derivation/world.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { followLinks, linksAmong } from "../../tree/links.ts";
import type { PlannedUnit } from "./unitPlan.ts";

const readKinds = ["file", "tree", "names", "data", "own", "package", "env", "variables"] as const;

/**
 * What a unit of the project's own may read, by kind:
 *
 * - `file:src/lib.rs`: one file that is read and not run, so that whether it is executable does not count
 * - `tree:proto`: all below a directory, or one file
 * - `names:crates/a`: which `*.rs` files the package has, since a proc macro may look for them
 * - `data:crates/a`: all other files of the package and those that no member has, since a proc macro may read any
 * - `own:crates/a`: all other files of the package alone, since a proc macro may read those of its own
 * - `package:crates/a`: all files of the package
 * - `env:GREETING`: the value of a variable
 * - `variables:`: which variables there are
 */
export type ReadKind = (typeof readKinds)[number];

/** What a unit read: the kind, and a path relative to the source or the name of a variable. */
export type Read = `${ReadKind}:${string}`;

/** The project's own files, as its units depend on them, and the variables that only code reads. */
export type LocalSource = {
  /** The digest of what a unit read; undefined where it is not there. Links are followed. */
  readonly digestOf: (read: Read) => Digest | undefined;
  /** The names of the variables. */
  readonly variables: readonly string[];
  /** The directory of Cargo's workspace, `""` for the source's root: relative paths in what rustc says count from it. */
  readonly workspace: string;
  /** What of its package's manifest a unit is made from; undefined for packages outside the source. */
  readonly factsOf: (planned: PlannedUnit) => Digest | undefined;
};

/** What a step gives of the project's files. */
export type LocalFiles = {
  readonly files: readonly TreeFile[];
  /** Gives the text of one of the files by its path. */
  readonly textOf: (path: string) => string;
  /** The directory of Cargo's workspace, see `Source`. */
  readonly workspace?: string | undefined;
  /** See `StepEnvironment.codeVariables`. */
  readonly variables: Readonly<Record<string, string>>;
};

/** @param packages the directories of the packages that the source consists of, `""` for its root */
export function localSource(
  { files, textOf, workspace = "", variables }: LocalFiles,
  packages: ReadonlySet<string>,
): LocalSource {
  const paths = new Set(files.map(({ path }) => path));
  const exists = (path: string) => paths.has(path);
  // A hook may lead Cargo elsewhere than to a workspace.
  const text = (path: string) => (exists(path) ? textOf(path) : "");
  const source = sourceFiles(files, packages);
  const local = { source, packages, workspace, variables };
  const digests = new Map<Read, Digest | undefined>();
  const facts = new Map<string, Data>();
  return {
    variables: Object.keys(variables).sort(),
    workspace,
    digestOf(read) {
      if (!digests.has(read)) {
        const content = contentOf(local, read);
        digests.set(read, content === undefined ? undefined : digestOf(canonical(content)));
      }
      return digests.get(read);
    },
    factsOf(planned) {
      const directory = packageDirectory(planned);
      if (directory === undefined || !exists(manifestIn(directory))) return undefined;
      const whole = readsManifest(planned);
      const key = `${whole} ${directory}`;
      if (!facts.has(key)) {
        const root = workspaceManifest(directory, { exists, text }) ?? manifestIn(workspace);
        facts.set(key, manifestFacts(text(manifestIn(directory)), text(root), whole));
      }
      return digestOf(canonical(facts.get(key) ?? null));
    },
  };
}

/** The directory of a unit's package below the source, `""` for the root itself. */
export function packageDirectory({ unit }: PlannedUnit): string | undefined {
  const url = /^path\+file:\/\/([^#?]*)/.exec(unit.packageId)?.[1];
  const path = url === undefined ? undefined : decodeURIComponent(url);
  if (path === world.source) return "";
  return path?.startsWith(`${world.source}/`) ? path.slice(world.source.length + 1) : undefined;
}

/** Build scripts and proc macros may read the manifest; rustc is told only of what Cargo takes from it. */
function readsManifest({ unit, usesProcMacro }: PlannedUnit): boolean {
  return usesProcMacro || unit.mode === "run-custom-build";
}

type Local = {
  readonly source: SourceFiles;
  readonly packages: ReadonlySet<string>;
  readonly workspace: string;
  readonly variables: Readonly<Record<string, string>>;
};

function contentOf(local: Local, read: Read): Data | undefined {
  const { source, workspace, variables } = local;
  const { kind, path } = partsOf(read);
  const filesOf = (directory: string) => source.ofPackage(directory).filter((each) => !isCargos(each, local));
  switch (kind) {
    case "file":
      return source.contentAt(path);
    case "tree":
      return source.at(path);
    case "names":
      return filesOf(path).filter((each) => each.endsWith(".rs") || source.isLink(each));
    case "data": {
      const shared = [...new Set(["", workspace])].filter((each) => each !== path);
      return contentsOf(source, [path, ...shared].flatMap(filesOf).filter(mayBeData));
    }
    case "own":
      return contentsOf(source, filesOf(path).filter(mayBeData));
    case "package":
      return contentsOf(source, filesOf(path));
    case "env":
      return Object.hasOwn(variables, path) ? variables[path] : undefined;
    case "variables":
      return Object.keys(variables).sort();
    default:
      return unreachable(kind);
  }
}

/** The kind of a read, and its path or the name of its variable. */
export function partsOf(read: Read): { readonly kind: ReadKind; readonly path: string } {
  const kind = readKinds.find((each) => read.startsWith(`${each}:`));
  if (kind === undefined) throw new Error(`not a kind of read: ${read}`);
  return { kind, path: read.slice(kind.length + 1) };
}

/** Whether a text, such as one of a record, says what a unit read. */
export function isRead(text: string): text is Read {
  return readKinds.some((kind) => text.startsWith(`${kind}:`));
}

function contentsOf(source: SourceFiles, paths: readonly string[]): Data {
  return paths.map((path): Data => [path, source.at(path) ?? null]);
}

/** Manifests and the lock count by what Cargo takes from them. */
function isCargos(path: string, { packages, workspace }: Local): boolean {
  if (path === posix.join(workspace, "Cargo.lock") || path === manifestIn(workspace)) return true;
  return path.endsWith("/Cargo.toml") && packages.has(path.slice(0, -"/Cargo.toml".length));
}

/** Not the settings of tools: Clippy's are read by Clippy, and Cargo's and rustup's are part of the environment. */
function mayBeData(path: string): boolean {
  return !/\.rs$|(^|\/)(\.?(clippy|rustfmt)\.toml|deny\.toml|rust-toolchain(\.toml)?|\.cargo\/config(\.toml)?)$/.test(
    path,
  );
}

/** The files of a source, by what can be read of them. */
type SourceFiles = {
  /** What opening a path gives: of a file its content, of a directory all below it; undefined if nothing is there. */
  readonly at: (path: string) => Data | undefined;
  /**
   * The content of the file at a path, or where links lead from it, without whether it is executable; undefined if no
   * file is there.
   */
  readonly contentAt: (path: string) => Data | undefined;
  /**
   * The paths of all files and links of a package: those below its directory that are not another package's. What no
   * package has counts as the root's.
   */
  readonly ofPackage: (directory: string) => readonly string[];
  readonly isLink: (path: string) => boolean;
};

/** @param packages directories of packages, `""` for the root */
function sourceFiles(files: readonly TreeFile[], packages: ReadonlySet<string>): SourceFiles {
  const contents = new Map(files.map((file) => [file.path, entryContent(file)]));
  const links = linksAmong(files);
  const owned = Map.groupBy(contents.keys(), (path) => ownerOf(path, packages));
  const read = (path: string, passed: ReadonlySet<string>): Data | undefined => {
    const place = followLinks(links, path, world.source);
    // A link to a directory around it would go on for ever.
    if (place === undefined || passed.has(place)) return undefined;
    const content = contents.get(place);
    if (content !== undefined) return content;
    const within = [...contents.keys()].filter((each) => place === "" || each.startsWith(`${place}/`));
    if (within.length === 0) return undefined;
    const inside = new Set([...passed, place]);
    return within.map((each): Data => [each, links.get(each) ?? null, read(each, inside) ?? null]);
  };
  return {
    at: (path) => read(path, new Set()),
    contentAt(path) {
      const place = followLinks(links, path, world.source);
      return place === undefined ? undefined : contents.get(place)?.replace(/^x /, "- ");
    },
    ofPackage: (directory) => owned.get(directory) ?? [],
    isLink: (path) => links.has(path),
  };
}

function entryContent(file: TreeFile): string {
  if (file.type === "symlink") return `link ${file.target}`;
  return file.type === "file" ? `${file.executable ? "x" : "-"} ${file.digest}` : "";
}

/** The innermost package directory around a file. */
function ownerOf(path: string, packages: ReadonlySet<string>): string {
  let directory = parentOf(path);
  while (directory !== "" && !packages.has(directory)) directory = parentOf(directory);
  return directory;
}

/** The fields of `[package]` that rustc is told, most as `CARGO_PKG_…` (The Cargo Book, "Environment Variables"). */
const shownToRustc = [
  ...["name", "version", "authors", "description", "homepage", "repository", "license", "license-file"],
  ...["readme", "rust-version", "edition", "links"],
];

/**
 * What of a member's manifest its units are made from: `[package]`, which sets `CARGO_PKG_…`; `[features]`, whose
 * names rustc is told to expect; `[lints]`; each with what it inherits of the workspace, and no more. Its
 * dependencies are in the plan.
 *
 * @param whole for build scripts and users of proc macros, which may read the file itself: all of it, but for
 *   comments and order
 */
export function manifestFacts(manifest: string, root: string, whole: boolean): Data {
  const written = manifestTable(manifest);
  const { workspace } = manifestTable(root);
  // rustc is told a path that counts from the member: an inherited `readme` is another than its own of that name.
  const complete = inherit(written, { workspace, fromMember: (path) => `<workspace>/${path}` });
  const own = isTable(complete.package) ? complete.package : tableOf([]);
  const shown = Object.fromEntries(shownToRustc.map((name) => [name, asData(own[name])]));
  const facts = [shown, asData(complete.features), asData(complete.lints)];
  return whole ? [...facts, asData(written), asData(complete)] : facts;
}

function asData(value: TomlValue | undefined): Data {
  if (value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(asData);
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
  return String(value);
}

type Manifests = {
  /** Whether a path of the source is a file. */
  readonly exists: (path: string) => boolean;
  readonly text: (path: string) => string;
};

/**
 * The path of the manifest that a package inherits from; undefined for a package in no workspace. A path dependency may
 * be a member of another workspace than the one that is built.
 *
 * @param directory `""` for the source's root
 */
export function workspaceManifest(directory: string, { exists, text }: Manifests): string | undefined {
  const found = findWorkspaceRoot(directory || ".", (at) => {
    const path = manifestIn(at);
    // Most manifests need no parsing.
    const mayTell = exists(path) && text(path).includes("workspace");
    return ok(mayTell ? workspaceKeys(manifestTable(text(path))) : undefined);
  });
  return found.ok && found.value ? manifestIn(found.value.directory) : undefined;
}

/** The path of the manifest in a directory, `""` for the source's root. */
export function manifestIn(directory: string): string {
  return posix.join(directory, "Cargo.toml");
}

/**
 * The tables of a manifest by the rules of all other TOML: large integers are `bigint`, a byte order mark is skipped.
 * Cargo has planned with the manifest, so one that is no TOML is a bug.
 */
export function manifestTable(text: string): TomlTable {
  const document = parseToml("Cargo.toml", text);
  if (!document.ok) throw new Error(document.error.message);
  return document.value.table;
}
