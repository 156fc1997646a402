import { posix } from "node:path";
import { parentOf } from "../../base/paths.ts";
import { isReadByNoBuild } from "./filterPredicate.ts";
import type { Walk } from "./walkSource.ts";

/**
 * Paths that Rust source names in string literals, as written, with `$CARGO_MANIFEST_DIR` taken off:
 *
 * - what `include_str!`, `include_bytes!`, `include!`, `embed_migrations!`, `include_dir!` and their like
 *   name, also through `concat!(env!("CARGO_MANIFEST_DIR"), "/…")`
 * - attributes `path`, `folder`, `file`, `dir`: `#[path = "…"]`, `#[folder = "…"]`
 * - the first literal of any other macro if it looks like a file that no build reads
 *   (`doctest!("../README.md")`)
 * - in a build script or a module of one, every literal, also behind `rerun-if-changed=`. Which file is one only the
 *   manifest says, so it is told by its name (`build.rs`, `build/…`) or by what only build scripts do
 *
 * A literal in a comment counts too: a name too many costs a rebuild, one too few a build.
 *
 * @example
 * mentionsIn("src/lib.rs", '#![doc = include_str!("../README.md")]') // ["../README.md"]
 */
export function mentionsIn(path: string, text: string): string[] {
  const found = new Set<string>();
  if (inBuildScript.test(path) || talksToCargo.test(text)) {
    for (const match of text.matchAll(anyLiteral))
      add(found, literalOf(match).replace(/^cargo::?rerun-if-changed=/, ""));
  }
  if (text.includes("!")) {
    for (const match of text.matchAll(macroCall)) {
      const name = match.groups?.macro ?? "";
      const literal = literalOf(match);
      if (readsFiles.test(name) || isReadByNoBuild(literal.replace(/^(?:\.{0,2}\/)+/, "")))
        add(found, literal);
    }
  }
  if (text.includes("#")) {
    for (const match of text.matchAll(attribute)) add(found, literalOf(match));
  }
  return [...found];
}

const inBuildScript = /(?:^|\/)build(?:\/.+)?\.rs$/;
/** A line for Cargo, or asking at run time for the directory to write to. */
const talksToCargo = /"cargo::?[a-z]|\bvar(?:_os)?\s*\(\s*"OUT_DIR"/;

/** `"…"`, `r"…"` and `r#"…"#`. */
const literal = String.raw`(?:r(?<hashes>#*)"(?<raw>[^"]*)"\k<hashes>|"(?<plain>(?:[^"\\]|\\.)*)")`;
const anyLiteral = new RegExp(literal, "g");
const manifestDirectory = String.raw`(?:concat!\s*\(\s*env!\s*\(\s*"CARGO_MANIFEST_DIR"\s*,?\s*\)\s*,\s*)?`;
const macroCall = new RegExp(String.raw`\b(?<macro>\w+)!\s*[([{]\s*${manifestDirectory}${literal}`, "g");
const attribute = new RegExp(
  String.raw`\b(?:path|folder|file|dir)\s*=\s*${manifestDirectory}${literal}`,
  "g",
);

const readsFiles = /^(?:include|embed)|_dir$|^migrate$/;

function literalOf(match: RegExpMatchArray): string {
  const { raw, plain } = match.groups ?? {};
  return raw ?? (plain ?? "").replace(/\\(["\\/])/g, "$1");
}

function add(found: Set<string>, name: string): void {
  const path = name.replace(/^(?:\$CARGO_MANIFEST_DIR|\{CARGO_MANIFEST_DIR\})?\/*/, "");
  if (path === "" || path.length > 300 || /[\s{}<>|"'`,;]/.test(path)) return;
  found.add(path);
}

/** The files and directories that source code names, out of those that exist. */
export type MentionedPaths = {
  /** Resolves a name that `file` holds. True if that is a path not known before. */
  add(file: string, name: string): boolean;
  has(path: string): boolean;
};

/**
 * A name is looked up from the directory of the file that holds it, as rustc does, and from its package's
 * directory, as build scripts and many macros do. A directory stands for all that is in it, unless it holds
 * the package itself.
 */
export function mentionedPaths(walk: Walk): MentionedPaths {
  const files = new Set<string>();
  const directories = new Set<string>();
  const existing = new Set(walk.paths);
  const packageOf = (file: string): string => {
    let directory = parentOf(file);
    while (directory !== "" && !existing.has(`${directory}/Cargo.toml`)) directory = parentOf(directory);
    return directory;
  };
  return {
    add(file, name) {
      const own = packageOf(file);
      const before = files.size + directories.size;
      for (const base of new Set([parentOf(file), own])) {
        const path = posix.normalize(`${base === "" ? "." : base}/${name}`).replace(/\/$/, "");
        if (existing.has(path)) files.add(path);
        else if (walk.directories.has(path) && path !== own && !own.startsWith(`${path}/`))
          directories.add(path);
      }
      return files.size + directories.size > before;
    },
    has(path) {
      if (files.has(path)) return true;
      if (directories.size === 0) return false;
      for (let directory = parentOf(path); directory !== ""; directory = parentOf(directory)) {
        if (directories.has(directory)) return true;
      }
      return false;
    },
  };
}
