import { posix } from "node:path";
import picomatch from "picomatch";
import type { Code } from "./code.ts";
import {
  known,
  namedCall,
  pathBelow,
  plainText,
  root,
  saidOf,
  type Thunk,
  type Value,
} from "./nix/values.ts";
import { libCode } from "./toolchains.ts";
import { type CraneLib, constant, craneCall, given, leave, type Writing } from "./writing.ts";

/** A source: what Cargo reads, sets of files, or all that git knows. */
export function sourceCode(w: Writing, thunk: Thunk, lib: CraneLib): Code {
  const value = thunk.force();
  const make = (): Code => {
    const found = filesOf(w, value, { lib, root: undefined });
    if (found) return filesCode(w, found, lib);
    leave(w, thunk.at, `the source \`${saidOf(value)}\`; in its place are all files that git knows`);
    return `${given(w, "fileset")}.automatic()`;
  };
  // A directory as it is says the same however often it is said.
  return constant(w, value, { fallback: "src" }, make);
}

/**
 * Whether a source has a file of the project, or all of a directory.
 *
 * @param src undefined: it is not known, and has none
 */
export function sourceHas(w: Writing, src: Thunk | undefined, lib: CraneLib, path: string): boolean {
  const files = src && filesOf(w, src.force(), { lib, root: undefined });
  return files !== undefined && hasFile(files, path);
}

function hasFile(files: Files, path: string): boolean {
  switch (files.kind) {
    case "all":
      return files.root === "." || path === files.root || path.startsWith(`${files.root}/`);
    case "cargo":
      return /(?:\.rs|\.toml|(?:^|\/)Cargo\.lock)$/.test(path);
    case "patterns":
      return files.patterns.some((pattern) =>
        picomatch.isMatch(path, [pattern, `${pattern}/**`], { dot: true }),
      );
    case "union":
      return files.of.some((each) => hasFile(each, path));
    case "intersection":
      return files.of.every((each) => hasFile(each, path));
    case "difference": {
      const [of, without] = files.of;
      return of !== undefined && hasFile(of, path) && !(without && hasFile(without, path));
    }
  }
}

/** Files, as `fileset` has them. */
type Files =
  | { readonly kind: "cargo" | "all"; readonly root: string }
  | { readonly kind: "patterns"; readonly patterns: readonly string[] }
  | { readonly kind: "union" | "intersection" | "difference"; readonly of: readonly Files[] };

type At = { readonly lib: CraneLib; readonly root: string | undefined };

function filesCode(w: Writing, files: Files, lib: CraneLib): Code {
  const name = given(w, "fileset");
  switch (files.kind) {
    case "cargo":
      return [libCode(w, lib), `.cleanCargoSource(${JSON.stringify(files.root)})`];
    case "all":
      return `${name}.automatic(${files.root === "." ? "" : JSON.stringify(files.root)})`;
    case "patterns":
      return callCode(
        `${name}.include`,
        files.patterns.map((pattern) => JSON.stringify(pattern)),
      );
    default:
      return callCode(
        `${name}.${files.kind}`,
        files.of.map((each) => filesCode(w, each, lib)),
      );
  }
}

function callCode(of: string, args: readonly Code[]): Code {
  return [of, { open: "(", items: args, close: ")" }];
}

/** Undefined for what is none of the common forms. */
function filesOf(w: Writing, value: Value, at: At): Files | undefined {
  if (value.kind === "path") return whole(value.path, at);
  if (pathBelow(value, "self")?.every((name) => name === "outPath")) return whole(".", at);
  if (value.kind === "text" && value.parts.length === 1) {
    const [only] = value.parts;
    return only === undefined || typeof only === "string" ? undefined : filesOf(w, only, at);
  }
  const call = craneCall(w, value);
  if (call) return ofCrane(w, call, at);
  const named = namedCall(value);
  const [first, second] = named?.args ?? [];
  if (!named || !first) return undefined;
  const each = (args: readonly (Thunk | undefined)[]) =>
    args.map((argument) => argument && filesOf(w, argument.force(), at));
  switch (named.name.replace(/^lib\.sources\./, "lib.")) {
    case "lib.cleanSource":
    case "lib.fileset.gitTracked":
    case "lib.fileset.maybeMissing":
      return filesOf(w, first.force(), at);
    case "lib.sourceFilesBySuffices":
      return filesOf(w, first.force(), at);
    case "lib.fileset.fromSource":
      return filesOf(w, first.force(), at);
    case "lib.fileset.toSource": {
      const given = first.force();
      if (given.kind !== "set") return undefined;
      const [at0, of] = ["root", "fileset"].map((name) => given.entries.get(name)?.force());
      const rootPath = at0?.kind === "path" ? at0.path : undefined;
      return of && rootPath !== undefined ? filesOf(w, of, { ...at, root: rootPath }) : undefined;
    }
    case "lib.fileset.unions": {
      const items = first.force();
      return items.kind === "list" ? union(each(items.items)) : undefined;
    }
    case "lib.fileset.union":
      return union(each([first, second]));
    case "lib.fileset.intersection":
    case "lib.fileset.difference": {
      const of = each([first, second]).flatMap((found) => found ?? []);
      const kind = named.name.endsWith("difference") ? "difference" : "intersection";
      return of.length === 2 ? { kind, of } : undefined;
    }
    case "lib.fileset.fileFilter":
      return second ? ofPredicate(first.force(), second.force(), at) : undefined;
    case "lib.cleanSourceWith":
      return ofFilter(w, first.force(), at);
    default:
      return /gitignoreSource$/.test(named.name)
        ? filesOf(w, (named.args.at(-1) ?? first).force(), at)
        : undefined;
  }
}

function whole(path: string, { root: top }: At): Files {
  return top === undefined || path === top
    ? { kind: "all", root: path }
    : { kind: "patterns", patterns: [posix.relative(top, path)] };
}

function ofCrane(w: Writing, call: NonNullable<ReturnType<typeof craneCall>>, at: At): Files | undefined {
  const argument = call.argument.force();
  const [kind, part] = call.verb.split(".");
  if (kind === "path") {
    if (argument.kind !== "set") return filesOf(w, argument, at);
    const path = argument.entries.get("path")?.force();
    return path && filesOf(w, path, at);
  }
  const of = filesOf(w, argument, { ...at, root: undefined });
  if (of?.kind !== "all") return undefined;
  const directory = of.root;
  const below = (...patterns: readonly string[]): Files => ({
    kind: "patterns",
    patterns: patterns.map((pattern) => posix.join(posix.relative(at.root ?? directory, directory), pattern)),
  });
  if (kind === "cleanCargoSource") return { kind: "cargo", root: directory };
  if (kind !== "fileset") return undefined;
  switch (part) {
    case "commonCargoSources": {
      const top = at.root ?? directory;
      const cargo: Files = { kind: "cargo", root: top };
      const inside = posix.relative(top, directory);
      return inside === ""
        ? cargo
        : { kind: "intersection", of: [cargo, { kind: "patterns", patterns: [inside] }] };
    }
    case "rust":
      return below("**/*.rs");
    case "toml":
      return below("**/*.toml");
    case "cargoTomlAndLock":
      return below("**/Cargo.toml", "**/Cargo.lock");
    case "configToml":
      return below("**/config.toml");
    default:
      return undefined;
  }
}

/** Patterns that stand side by side are one. */
function union(found: readonly (Files | undefined)[]): Files | undefined {
  const flat: Files[] = [];
  for (const files of found) {
    if (!files) return undefined;
    for (const each of files.kind === "union" ? files.of : [files]) {
      const last = flat.at(-1);
      if (each.kind === "patterns" && last?.kind === "patterns")
        flat[flat.length - 1] = { kind: "patterns", patterns: once(last.patterns, each.patterns) };
      else if (flat.some((other) => JSON.stringify(other) === JSON.stringify(each))) continue;
      else flat[flat.length - (last && inOne(last, each) ? 1 : 0)] = (last && inOne(last, each)) ?? each;
    }
  }
  const [only, second] = flat;
  return only && second === undefined ? only : { kind: "union", of: flat };
}

/** What Cargo reads of one directory, and of another, is what it reads of both. */
function inOne(one: Files, other: Files): Files | undefined {
  if (one.kind !== "intersection" || other.kind !== "intersection") return undefined;
  const [[a, first], [b, second]] = [one.of, other.of];
  const isSame = a?.kind === "cargo" && b?.kind === "cargo" && a.root === b.root;
  if (!isSame || first?.kind !== "patterns" || second?.kind !== "patterns") return undefined;
  return {
    kind: "intersection",
    of: [a, { kind: "patterns", patterns: once(first.patterns, second.patterns) }],
  };
}

function once(...patterns: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(patterns.flat())];
}

/** `fileFilter (file: file.hasExt "sql") ./.` */
function ofPredicate(predicate: Value, of: Value, { root: top = "." }: At): Files | undefined {
  if (predicate.kind !== "function" || of.kind !== "path") return undefined;
  const directory = posix.relative(top, of.path);
  const patterns = alternatives(predicate.apply(known(root("file")))).map((each) => {
    const call = namedCall(each);
    const [ending] = call?.args ?? [];
    const word = ending && plainText(ending.force());
    if (call?.name === "file.hasExt" && word !== undefined) return posix.join(directory, `**/*.${word}`);
    const name = compared(each, (side) => pathBelow(side, "file")?.join(".") === "name");
    return name === undefined ? undefined : posix.join(directory, `**/${name}`);
  });
  return allKnown(patterns);
}

/** `cleanSourceWith { src; filter = path: type: …; }` */
function ofFilter(w: Writing, given: Value, at: At): Files | undefined {
  if (given.kind !== "set") return undefined;
  const [src, filter] = ["src", "filter"].map((name) => given.entries.get(name)?.force());
  const of = src && filesOf(w, src, { ...at, root: undefined });
  if (!of || !filter) return of;
  if (filter.kind === "term" && /\.filterCargoSources$/.test(saidOf(filter)))
    return of.kind === "all" ? { kind: "cargo", root: of.root } : undefined;
  if (filter.kind !== "function" || of.kind !== "all") return undefined;
  const asked = filter.apply(known(root("path")));
  if (asked.kind !== "function") return undefined;
  const parts = alternatives(asked.apply(known(root("type"))));
  const found = parts.flatMap((part): readonly (Files | undefined)[] => {
    const crane = namedOfLib(w, part);
    if (crane === "filterCargoSources") return [{ kind: "cargo", root: of.root }];
    const isDirectory = compared(part, (side) => pathBelow(side, "type") !== undefined) === "directory";
    if (isDirectory) return [];
    const pattern = patternOf(part);
    return [pattern === undefined ? undefined : { kind: "patterns", patterns: pattern }];
  });
  return union(found.toSorted((a, b) => Number(b?.kind === "cargo") - Number(a?.kind === "cargo")));
}

/** The name of a function of Crane's that is called with more than one argument. */
function namedOfLib(w: Writing, value: Value): string | undefined {
  if (value.kind !== "term" || value.head.kind !== "call") return undefined;
  return craneCall(w, value)?.verb ?? craneCall(w, value.head.of)?.verb;
}

/** What `||` stands between. */
function alternatives(value: Value): readonly Value[] {
  if (value.kind !== "term" || value.head.kind !== "operation" || value.head.operator !== "||")
    return [value];
  return [...alternatives(value.head.left.force()), ...alternatives(value.head.right.force())];
}

/** The text that something is compared with. */
function compared(value: Value, isOf: (side: Value) => boolean): string | undefined {
  if (value.kind !== "term" || value.head.kind !== "operation" || value.head.operator !== "==")
    return undefined;
  const [left, right] = [value.head.left.force(), value.head.right.force()];
  if (isOf(left)) return plainText(right);
  return isOf(right) ? plainText(left) : undefined;
}

/** Patterns for one condition on a path. */
function patternOf(part: Value): readonly string[] | undefined {
  const base = compared(part, (side) => namedCall(side)?.name === "lib.baseNameOf");
  if (base !== undefined) return [`**/${base}`];
  const call = namedCall(part);
  const [first] = call?.args ?? [];
  const word = first && plainText(first.force());
  if (call && word !== undefined) {
    if (call.name === "lib.hasSuffix") return [word.startsWith("/") ? `**${word}` : `**/*${word}`];
    if (call.name === "lib.hasInfix")
      return [
        `**${word.startsWith("/") ? "" : "/*"}${word.replace(/\/$/, "")}${word.endsWith("/") ? "/**" : "*/**"}`,
      ];
  }
  if (part.kind !== "term" || part.head.kind !== "operation" || part.head.operator !== "!=") return undefined;
  const matched = namedCall(part.head.left.force());
  const [expression] = matched?.args ?? [];
  const regex = expression && plainText(expression.force());
  return matched?.name === "lib.match" && regex !== undefined ? globOf(regex) : undefined;
}

/** An expression of POSIX that a whole path is compared with, as a pattern. Undefined for what is no pattern. */
function globOf(expression: string): readonly string[] | undefined {
  // A path from the root of the machine begins with anything.
  const any = /^\.\*/.exec(expression)?.[0];
  let rest = any === undefined ? expression : expression.slice(any.length).replace(/\$$/, "");
  rest = rest.replace(/\(\/\.\*\)\?$/, "");
  let glob = any === undefined ? "" : /^\//.test(rest) ? "**" : "**/*";
  while (rest !== "") {
    const [found = "", pattern = ""] =
      parts.flatMap(([from, to]) => (rest.startsWith(from) ? [[from, to] as const] : []))[0] ??
      (/^\\[.+^$|()[\]{}?*]/.test(rest)
        ? [rest.slice(0, 2), rest[1] ?? ""]
        : /^[\w/_-]/.test(rest)
          ? [rest[0] ?? "", rest[0] ?? ""]
          : []);
    if (found === "") return undefined;
    glob += pattern;
    rest = rest.slice(found.length);
  }
  return [glob];
}

const parts: readonly (readonly [string, string])[] = [
  ["(.*/)?", "**/"],
  ["[^/]*", "*"],
  ["[^/]", "?"],
  ["/.*", "/**"],
  [".*", "**"],
  ["(", "{"],
  [")", "}"],
  ["|", ","],
];

function allKnown(patterns: readonly (string | undefined)[]): Files | undefined {
  const known = patterns.filter((each) => each !== undefined);
  return known.length === patterns.length ? { kind: "patterns", patterns: known } : undefined;
}
