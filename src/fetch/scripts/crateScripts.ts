import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { isTable, parseToml, type TomlTable } from "../../cargo/toml/toml.ts";
import { walk } from "../../tree/walk.ts";
import { checksumFile } from "../checksumFile.ts";

/** What of a crate runs while its users are compiled. */
type CrateScripts = {
  /** `build script`, `macro`, or both. */
  readonly kind: string;
  /** Of all the crate's files, by which it is known again. */
  readonly files: Digest;
  /** Of the code that runs: the build script, or all code of a macro. */
  readonly code: Digest;
  /** What the code names, in words. */
  readonly shows: readonly string[];
};

/**
 * The build script and the macros of a crate, as its manifest has them; null for a crate without. Nothing of it is run, and
 * its code is not understood: `shows` are words that stand in it, a hint for who looks at it, and no proof of anything.
 *
 * Errors: `toml-syntax`.
 *
 * @param directory where it is unpacked
 */
export function crateScripts(directory: string): Result<CrateScripts | null> {
  const read = (path: string) => readFileSync(`${directory}/${path}`);
  const paths = [...walk(directory)].flatMap(({ path, type }) =>
    type === "directory" || path === checksumFile ? [] : [{ path, type }],
  );
  const files = paths.filter(({ type }) => type === "file").map(({ path }) => path);
  const manifest = parseToml("Cargo.toml", files.includes("Cargo.toml") ? read("Cargo.toml").toString() : "");
  if (!manifest.ok) return manifest;
  const { table } = manifest.value;
  const scripts = buildScripts(table, files);
  const isMacro = isProcMacro(table);
  if (scripts.length === 0 && !isMacro) return ok(null);
  // What a script has as modules lies beside it, or where it says.
  const beside = new Set(scripts.map(modulesOf).filter((below) => below !== ""));
  const runs = files.filter(
    (path) => scripts.includes(path) || (path.endsWith(".rs") && (isMacro || beside.has(firstOf(path)))),
  );
  const digests = (some: readonly string[]) =>
    digestOf(canonical(some.map((path) => [path, digestOf(read(path))])));
  const text = runs.map((path) => read(path).toString()).join("\n");
  return ok({
    kind: [...(scripts.length > 0 ? ["build script"] : []), ...(isMacro ? ["macro"] : [])].join(" and "),
    files: digests(files),
    code: digests(runs),
    shows: [
      ...signs.flatMap(([what, pattern]) => (pattern.test(text) ? [what] : [])),
      ...(scripts.length > 0 ? helpersOf(table) : []),
    ],
  });
}

function buildScripts(table: TomlTable, files: readonly string[]): readonly string[] {
  const own = isTable(table.package) ? table.package.build : undefined;
  if (own === false) return [];
  if (Array.isArray(own)) return own.map((path) => posix.normalize(String(path)));
  if (typeof own === "string") return [posix.normalize(own)];
  return own === true || files.includes("build.rs") ? ["build.rs"] : [];
}

function isProcMacro({ lib }: TomlTable): boolean {
  if (!isTable(lib)) return false;
  const types = lib["crate-type"] ?? lib.crate_type;
  const named = Array.isArray(types) && types.includes("proc-macro");
  return named || lib["proc-macro"] === true || lib.proc_macro === true;
}

/** `build/main.rs` has its modules in `build`, `build.rs` in `build` as well. */
function modulesOf(script: string): string {
  const directory = posix.dirname(script);
  return directory === "." ? posix.basename(script, ".rs") : firstOf(script);
}

function firstOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

/** Crates that act for a build script: `uses cc`. */
function helpersOf(table: TomlTable): readonly string[] {
  const tables = [table, ...Object.values(isTable(table.target) ? table.target : {})].filter(isTable);
  const names = tables.flatMap((each) => {
    const needed = each["build-dependencies"] ?? each.build_dependencies;
    return isTable(needed) ? Object.keys(needed) : [];
  });
  return [...new Set(names)].sort().map((name) => `uses ${name}`);
}

const signs: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["runs programs", /\bCommand\s*::\s*new\b|\bprocess::Command\b/],
  [
    "opens connections",
    /\bstd::net\b|\bTcpStream\b|\bUdpSocket\b|\b(?:attohttpc|curl|hyper|isahc|minreq|reqwest|ureq)::/,
  ],
  [
    "writes files",
    /\bfs::(?:copy|create_dir|hard_link|remove|rename|write)|\bFile::create\b|\bOpenOptions\b/,
  ],
  ["reads files", /\bfs::(?:read|File)|\bFile::open\b|\bread_dir\b|\bread_to_string\b/],
  ["reads variables", /\benv::(?:var|vars)|\boption_env!|\btracked_env\b/],
  ["has unsafe code", /\bunsafe\b|\bextern\s+"C"/],
];
