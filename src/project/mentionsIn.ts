import { isReadByNoBuild } from "./isReadByNoBuild.ts";

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
