import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import type { TreeFile } from "../store/treeDigest.ts";
import { manifestFacts } from "./manifestFacts.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** The project's own files, as its units depend on them. */
export type LocalSource = {
  /**
   * The digest of something that a unit reads; undefined where it is not there.
   *
   * - `file:src/lib.rs`: one file
   * - `tree:proto`: all below a directory, or one file
   * - `names:crates/a`: which `*.rs` files the package has, since adding one may change what `mod` finds
   * - `data:crates/a`: all other files of the package, since a proc macro may read any
   * - `package:crates/a`: all files of the package
   */
  readonly digestOf: (read: string) => Digest | undefined;
  /** What of its package's manifest a unit is made from; undefined for packages outside the source. */
  readonly factsOf: (planned: PlannedUnit) => Digest | undefined;
};

const root = "/build/source";

/** @param text of a file by its path */
export function localSource(files: readonly TreeFile[], text: (path: string) => string): LocalSource {
  const contents = new Map(files.map((file) => [file.path, contentOf(file)]));
  const packages = files
    .filter((file) => /(^|\/)Cargo\.toml$/.test(file.path))
    .map((file) => directoryOf(file.path));
  const known = new Map<string, Digest | undefined>();
  const facts = new Map<string, Data>();
  const find = (read: string): Digest | undefined => {
    const at = read.indexOf(":");
    const [kind, path] = [read.slice(0, at), read.slice(at + 1)];
    const one = contents.get(path);
    if (kind === "file" || (kind === "tree" && one !== undefined))
      return one === undefined ? undefined : digestOf(one);
    const own = kind === "tree" ? below(contents, path) : packageFiles(contents, path, packages);
    const wanted = own.filter(([name]) => isWanted(kind, name));
    return wanted.length === 0
      ? undefined
      : digestOf(canonical(wanted.map((each) => (kind === "names" ? each[0] : each))));
  };
  return {
    digestOf(read) {
      if (!known.has(read)) known.set(read, find(read));
      return known.get(read);
    },
    factsOf(planned) {
      const directory = packageDirectory(planned);
      if (directory === undefined || !packages.includes(directory)) return undefined;
      const whole = readsManifest(planned);
      const key = `${whole} ${directory}`;
      const manifest = directory === "" ? "Cargo.toml" : `${directory}/Cargo.toml`;
      if (!facts.has(key)) facts.set(key, manifestFacts(text(manifest), text("Cargo.toml"), whole));
      return digestOf(canonical(facts.get(key) ?? null));
    },
  };
}

/** The directory of a unit's package below the source, `""` for the root itself. */
export function packageDirectory({ unit }: PlannedUnit): string | undefined {
  const url = /^path\+file:\/\/([^#?]*)/.exec(unit.packageId)?.[1];
  const path = url === undefined ? undefined : decodeURIComponent(url);
  if (path === root) return "";
  return path?.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/** Build scripts and proc macros may read the manifest; rustc is told only of what Cargo takes from it. */
function readsManifest({ unit }: PlannedUnit): boolean {
  return unit.mode === "run-custom-build";
}

function contentOf(file: TreeFile): string {
  if (file.type === "symlink") return `link ${file.target}`;
  return file.type === "file" ? `${file.executable ? "x" : "-"} ${file.digest}` : "";
}

function below(contents: ReadonlyMap<string, string>, directory: string): [string, string][] {
  if (directory === "") return [...contents];
  return [...contents].filter(([path]) => path.startsWith(`${directory}/`));
}

/** Files of a package that are not of another package within its directory. */
function packageFiles(
  contents: ReadonlyMap<string, string>,
  directory: string,
  packages: readonly string[],
): [string, string][] {
  const within = packages.filter(
    (other) => other !== directory && (directory === "" || other.startsWith(`${directory}/`)),
  );
  return below(contents, directory).filter(([path]) => !within.some((other) => path.startsWith(`${other}/`)));
}

/** Manifests and the lock count by what Cargo takes from them. */
function isWanted(kind: string, path: string): boolean {
  if (kind === "tree") return true;
  if (/(^|\/)Cargo\.(toml|lock)$/.test(path)) return false;
  if (kind === "names") return path.endsWith(".rs");
  return kind === "package" || !path.endsWith(".rs");
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
