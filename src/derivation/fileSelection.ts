/** Which files a hook is for. */
export type FileSelection = {
  /** A regular expression that is found in the path. */
  readonly files: string;
  /** Regular expressions: a path in which one is found is left out. */
  readonly excludes: readonly string[];
  /** Types that a file must have all of. */
  readonly types: readonly string[];
  /** Types that a file must have one of, if there are any. */
  readonly typesOr: readonly string[];
  /** Types that a file must have none of. */
  readonly excludeTypes: readonly string[];
};

/** A file as a hook's selection sees it. */
export type SelectableFile = {
  /** With `/`, relative to the root of the hooks. */
  readonly path: string;
  readonly kind: "file" | "symlink";
  readonly executable: boolean;
  /** Its first bytes, asked for where its name does not tell what it is. */
  readonly head: () => Uint8Array;
};

/**
 * Tells the files that a hook is for.
 *
 * @example
 * const isWanted = selector({ files: "\\.rs$", excludes: [], types: ["file"], typesOr: [], excludeTypes: [] });
 */
export function selector(select: FileSelection): (file: SelectableFile) => boolean {
  const wanted = new RegExp(select.files);
  const unwanted = select.excludes.map((pattern) => new RegExp(pattern));
  const { types, typesOr, excludeTypes } = select;
  return (file) => {
    if (!wanted.test(file.path) || unwanted.some((pattern) => pattern.test(file.path))) return false;
    const has = hasTypes(file);
    if (!types.every(has) || excludeTypes.some(has)) return false;
    return typesOr.length === 0 || typesOr.some(has);
  };
}

// Types of files under the names that pre-commit's `identify` has for them. Only the names are its: which there are, and what
// has them, is a choice of those that are met in Rust projects.

/** By what follows the last dot of the name, in lower case. */
const byExtension: Readonly<Record<string, readonly string[]>> = {
  bash: ["shell", "bash"],
  bat: ["batch"],
  c: ["c"],
  cc: ["c++"],
  cfg: [],
  cjs: ["javascript"],
  conf: [],
  cpp: ["c++"],
  css: ["css"],
  csv: ["csv"],
  diff: ["diff"],
  fish: ["fish"],
  gif: ["binary", "image", "gif"],
  go: ["go"],
  gz: ["binary", "gzip"],
  h: ["header", "c", "c++"],
  hpp: ["header", "c++"],
  htm: ["html"],
  html: ["html"],
  ico: ["binary", "icon"],
  ini: ["ini"],
  jpeg: ["binary", "image", "jpeg"],
  jpg: ["binary", "image", "jpeg"],
  js: ["javascript"],
  json: ["json"],
  jsx: ["jsx"],
  lua: ["lua"],
  markdown: ["markdown"],
  md: ["markdown"],
  mjs: ["javascript"],
  nix: ["nix"],
  nu: ["nushell"],
  patch: ["diff"],
  pdf: ["binary", "pdf"],
  png: ["binary", "image", "png"],
  proto: ["proto"],
  ps1: ["powershell"],
  py: ["python"],
  pyi: ["pyi"],
  rb: ["ruby"],
  rs: ["rust"],
  rst: ["rst"],
  s: ["asm"],
  scss: ["scss"],
  sh: ["shell"],
  sql: ["sql"],
  svg: ["image", "svg", "xml"],
  tar: ["binary", "tar"],
  tex: ["tex"],
  toml: ["toml"],
  ts: ["ts"],
  tsx: ["tsx"],
  txt: ["plain-text"],
  ttf: ["binary", "ttf"],
  webp: ["binary", "image", "webp"],
  woff: ["binary", "woff"],
  woff2: ["binary", "woff2"],
  xml: ["xml"],
  yaml: ["yaml"],
  yml: ["yaml"],
  zip: ["binary", "zip"],
  zsh: ["shell", "zsh"],
};

/** By the whole name, or by what stands before its first dot. */
const byName: Readonly<Record<string, readonly string[]>> = {
  ".bashrc": ["shell", "bash"],
  ".bash_profile": ["shell", "bash"],
  ".editorconfig": ["editorconfig"],
  ".envrc": ["shell", "bash"],
  ".gitattributes": ["gitattributes"],
  ".gitignore": ["gitignore"],
  ".gitmodules": ["gitmodules"],
  ".profile": ["shell"],
  ".zshrc": ["shell", "zsh"],
  "CMakeLists.txt": ["cmake", "plain-text"],
  "Cargo.lock": ["toml", "cargo-lock"],
  Containerfile: ["dockerfile"],
  Dockerfile: ["dockerfile"],
  LICENSE: ["plain-text"],
  Makefile: ["makefile"],
  PKGBUILD: ["alpm", "bash", "pkgbuild", "shell"],
  README: ["plain-text"],
  makefile: ["makefile"],
};

/** By the program that `#!` names, without its version. */
const byInterpreter: Readonly<Record<string, readonly string[]>> = {
  ash: ["shell", "ash"],
  bash: ["shell", "bash"],
  bats: ["shell", "bash", "bats"],
  dash: ["shell", "dash"],
  ksh: ["shell", "ksh"],
  node: ["javascript"],
  nu: ["nushell"],
  perl: ["perl"],
  python: ["python"],
  ruby: ["ruby"],
  sh: ["shell", "sh"],
  zsh: ["shell", "zsh"],
};

const kinds = ["file", "symlink", "executable", "non-executable", "text", "binary"] as const;

/** All names of types that a hook can be told, in order. */
export const fileTypeNames: readonly string[] = [
  ...new Set([...kinds, ...[byExtension, byName, byInterpreter].flatMap(Object.values).flat()]),
].sort();

/** Tells whether a file has a type. Its content is looked at where its name does not tell. */
function hasTypes({ path, kind, executable, head }: SelectableFile): (type: string) => boolean {
  if (kind === "symlink") return (type) => type === "symlink";
  let told: ReadonlySet<string> | undefined;
  let read: Uint8Array | undefined;
  const bytes = () => {
    read ??= head();
    return read;
  };
  const byWhatItIsCalled = typesOfName(path.slice(path.lastIndexOf("/") + 1));
  return (type) => {
    if (type === "file") return true;
    if (type === "executable" || type === "non-executable") return executable === (type === "executable");
    const isBinary = () => byWhatItIsCalled?.includes("binary") === true || bytes().includes(0);
    if (type === "text" || type === "binary") return isBinary() === (type === "binary");
    told ??= new Set(byWhatItIsCalled ?? (executable ? typesOfInterpreter(bytes()) : []));
    return told.has(type);
  };
}

/** Undefined where a name tells nothing. */
function typesOfName(name: string): readonly string[] | undefined {
  const [, beforeDot = name] = /^(.[^.]*)\./.exec(name) ?? [];
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const found = [own(byName, name), own(byExtension, extension), own(byName, beforeDot)];
  return found.find((types) => types !== undefined);
}

function own(table: Readonly<Record<string, readonly string[]>>, key: string) {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Of a script that is called by its name: `#!/usr/bin/env python3.12`. */
function typesOfInterpreter(head: Uint8Array): readonly string[] {
  if (head[0] !== 0x23 || head[1] !== 0x21) return [];
  const [line = ""] = new TextDecoder().decode(head.subarray(2, 256)).split("\n");
  const words = line.trim().split(/\s+/);
  const isEnv = /(^|\/)env$/.test(words[0] ?? "");
  const [program = ""] = isEnv ? words.slice(1).filter((word) => !/^-|=/.test(word)) : words;
  const name = program.slice(program.lastIndexOf("/") + 1).replace(/[\d.]+$/, "");
  return own(byInterpreter, name) ?? [];
}
