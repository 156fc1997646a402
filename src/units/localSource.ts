import { canonical, type Data } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import type { TreeFile } from "../store/treeDigest.ts";
import { manifestFacts } from "./manifestFacts.ts";
import { type SourceFiles, sourceFiles } from "./sourceFiles.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** The project's own files, as its units depend on them. */
export type LocalSource = {
  /**
   * The digest of something that a unit reads; undefined where it is not there. Links are followed.
   *
   * - `file:src/lib.rs`: one file
   * - `tree:proto`: all below a directory, or one file
   * - `names:crates/a`: which `*.rs` files the package has, since a proc macro may look for them
   * - `data:crates/a`: all other files of the package and those that no member has, since a proc macro may read any
   * - `package:crates/a`: all files of the package
   */
  readonly digestOf: (read: string) => Digest | undefined;
  /** What of its package's manifest a unit is made from; undefined for packages outside the source. */
  readonly factsOf: (planned: PlannedUnit) => Digest | undefined;
};

const root = "/build/source";

/** @param text of a file by its path */
export function localSource(files: readonly TreeFile[], text: (path: string) => string): LocalSource {
  const source = sourceFiles(files);
  const known = new Map<string, Digest | undefined>();
  const facts = new Map<string, Data>();
  return {
    digestOf(read) {
      if (!known.has(read)) {
        const found = contentOf(source, read);
        known.set(read, found === undefined ? undefined : digestOf(canonical(found)));
      }
      return known.get(read);
    },
    factsOf(planned) {
      const directory = packageDirectory(planned);
      if (directory === undefined || !source.packages.has(directory)) return undefined;
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
function readsManifest({ unit, usesProcMacro }: PlannedUnit): boolean {
  return usesProcMacro || unit.mode === "run-custom-build";
}

function contentOf(source: SourceFiles, read: string): Data | undefined {
  const at = read.indexOf(":");
  const [kind, path] = [read.slice(0, at), read.slice(at + 1)];
  if (kind === "tree") return source.at(path);
  if (kind === "file") return source.isFile(path) ? source.at(path) : undefined;
  const own = source.ofPackage(path).filter((each) => !isCargos(each));
  if (kind === "package") return contentsOf(source, own);
  if (kind === "names") return own.filter((each) => each.endsWith(".rs") || source.isLink(each));
  const shared = path === "" ? [] : source.ofPackage("").filter((each) => !isCargos(each));
  return contentsOf(source, [...own, ...shared].filter(mayBeData));
}

function contentsOf(source: SourceFiles, paths: readonly string[]): Data {
  return paths.map((path): Data => [path, source.at(path) ?? null]);
}

/** Manifests and the lock count by what Cargo takes from them. */
function isCargos(path: string): boolean {
  return /(^|\/)Cargo\.(toml|lock)$/.test(path);
}

/** Not the settings of tools: Clippy's are read by Clippy, and Cargo's and rustup's are part of the environment. */
function mayBeData(path: string): boolean {
  return !/\.rs$|(^|\/)(\.?(clippy|rustfmt)\.toml|deny\.toml|rust-toolchain(\.toml)?|\.cargo\/config(\.toml)?)$/.test(
    path,
  );
}
