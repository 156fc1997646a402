import { posix } from "node:path";
import { pkgs } from "../../../crane/pkgs/pkgs.ts";
import { tools } from "../../../crane/tools/tools.ts";
import { world } from "../../../derivation/world.ts";
import { toolNames } from "../../../eject/flake/values.ts";
import { type Code, inTemplate, literal, object, property } from "./code.ts";
import {
  namedCall,
  type Origin,
  saidOf,
  type Thunk,
  text,
  textOfData,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { isRustOfPackages, isToolchain } from "./toolchains.ts";
import { constant, given, leave, pathInPackages, type Writing } from "./writing.ts";

/** A text of a flake as a text of a configuration, in which a build's paths stand for those of Nix. */
export function textCode(w: Writing, thunk: Thunk, inside?: Inside): Code {
  return segmentsCode(segmentsOf(w, thunk.force(), { at: thunk.at, inside }));
}

/** What a text is said in, where that is a step: of the project's files it sees those of its source. */
export type Inside = {
  readonly has: (path: string) => boolean;
  /** Whether it begins in the source's directory, as commands do. */
  readonly isThere: boolean;
};

type Place = { readonly at: Origin; readonly inside: Inside | undefined };

/** @param following text, which may go on with the path */
function pathIn(path: string, { at, inside }: Place, following?: Value | string): string {
  const below = typeof following === "string" ? (/^\/[\w./+-]+/.exec(following)?.[0] ?? "") : "";
  const whole = posix.normalize(`${path}${below}`);
  if (inside && whole !== "." && !inside.has(whole))
    throw new Unclear(
      `\`./${whole}\` is not among the files of \`src\`: add it there, and name it by its path`,
      at,
    );
  if (inside?.isThere) return path;
  return `${world.source}${path === "." ? "" : `/${path}`}`;
}

/** A program of a package: `pkgs.protobuf.bin("protoc")`. */
type Segment = string | { readonly bin: string };

function segmentsOf(w: Writing, value: Value, place: Place): readonly Segment[] {
  if (value.kind === "path") return [pathIn(value.path, place)];
  if (value.kind === "data") return [textOfData(value.value)];
  const parts = value.kind === "text" ? value.parts : [value];
  const segments: Segment[] = [];
  parts.forEach((part, index) => {
    const before = parts[index - 1];
    if (typeof part === "string") {
      // What follows a package was told with it.
      const isBin = before !== undefined && typeof before !== "string" && binOf(before, part) !== undefined;
      const rest = isBin ? part.replace(/^\/bin\/[\w.+-]+/, "") : part;
      if (rest !== "") segments.push(rest);
      return;
    }
    const next = parts[index + 1];
    const bin = programOf(part) ?? (typeof next === "string" ? binOf(part, next) : undefined);
    if (bin) {
      given(w, "pkgs");
      segments.push({ bin });
    } else if (isToolchain(w, part)) segments.push(world.toolchain);
    else if (part.kind === "path") segments.push(pathIn(part.path, place, next));
    else throw new Unclear(`what \`${saidOf(part)}\` is here is known to Nix alone`, place.at);
  });
  return segments;
}

function segmentsCode(segments: readonly Segment[]): Code {
  const [only = "", second] = segments;
  if (second === undefined) return typeof only === "string" ? literal(only) : only.bin;
  if (segments.every((each) => typeof each === "string")) return literal(segments.join(""));
  const inner = segments.map((each) => (typeof each === "string" ? inTemplate(each) : `\${${each.bin}}`));
  return `\`${inner.join("")}\``;
}

/** `"${pkgs.protobuf}/bin/protoc"` */
function binOf(of: Value, following: string): string | undefined {
  const program = /^\/bin\/([\w.+-]+)/.exec(following)?.[1];
  return program === undefined ? undefined : programIn(of, program);
}

/** `lib.getExe' pkgs.protobuf "protoc"`, `lib.getExe pkgs.protobuf` */
function programOf(value: Value): string | undefined {
  const call = namedCall(value);
  const [of, name] = call?.args ?? [];
  if (call?.name === "lib.getExe'" && of && name) {
    const program = name.force();
    const [word = ""] = program.kind === "text" ? program.parts : [];
    return typeof word === "string" ? programIn(of.force(), word) : undefined;
  }
  if (call?.name !== "lib.getExe" || !of) return undefined;
  const own = packageKey(of.force());
  const [first] = own === undefined ? [] : pkgs[own].bins;
  return first === undefined ? undefined : programIn(of.force(), first);
}

function programIn(of: Value, program: string): string | undefined {
  const key = packageKey(of);
  if (key === undefined || !(pkgs[key].bins as readonly string[]).includes(program)) return undefined;
  return `pkgs.${key}.bin(${JSON.stringify(program)})`;
}

type PackageKey = keyof typeof pkgs;

function packageKey(value: Value): PackageKey | undefined {
  const name = nixName(value);
  if (name === undefined) return undefined;
  const keys = Object.keys(pkgs) as PackageKey[];
  return keys.find((key) => pkgs[key].names.nixpkgs?.[0] === name);
}

/** What nixpkgs calls a package, without which of its outputs is meant. */
function nixName(value: Value): string | undefined {
  const call = namedCall(value);
  const [of] = call?.args ?? [];
  if (of && /^lib\.get(Dev|Lib|Bin|Output)$/.test(call?.name ?? "")) return nixName(of.force());
  const path = pathInPackages(value);
  if (!path || path.length === 0) return undefined;
  return path
    .join(".")
    .replace(/\.(dev|out|lib|bin)$/, "")
    .replace(/^python3\d+$/, "python3");
}

/** A package among inputs; undefined for one that is left out, which is told where it matters. */
export function packageCode(w: Writing, thunk: Thunk): Code | undefined {
  const value = thunk.force();
  if (isToolchain(w, value) || isRustOfPackages(value)) return undefined;
  const key = packageKey(value);
  if (key !== undefined) return `${given(w, "pkgs")}.${key}`;
  const name = nixName(value);
  if (name === undefined) {
    if (value.kind === "term" && value.head.kind === "splice")
      leave(w, thunk.at, "a list of packages that is not known here");
    else leave(w, thunk.at, `\`${saidOf(value)}\` among packages: ${remedyFor(saidOf(value))}`);
    return undefined;
  }
  if (/^pkgsCross\./.test(name) || /^(qemu)$/.test(name)) return undefined;
  const [crate] = Object.entries(toolNames).find(([, nix]) => nix === name) ?? [];
  if (crate !== undefined) return toolCode(w, crate);
  const own = name.split(".").at(-1) ?? name;
  w.imported.add("pkg");
  leave(
    w,
    thunk.at,
    `\`${name}\` of nixpkgs has no row in \`pkgs\`: add to its \`names\` what apt and others call it`,
  );
  const standing = w.flake.packages.get(name) ?? text(name);
  w.flake.packages.set(name, standing);
  return constant(w, standing, { fallback: own }, () => {
    const names = object([property("nixpkgs", JSON.stringify(name))]);
    return ["pkg(", object([property("name", JSON.stringify(own)), property("names", names)]), ")"];
  });
}

function remedyFor(said: string): string {
  return /^fenix\b.*\.rust-analyzer$/.test(said)
    ? 'add it to the toolchain: components: ["rust-analyzer"]'
    : "it is none of nixpkgs', and stays in flake.local.nix";
}

function toolCode(w: Writing, crate: string): string {
  const of = given(w, "tools");
  const { crate: _, ...named } = tools;
  const [key] = Object.entries(named).find(([, tool]) => tool().crate === crate) ?? [];
  return key === undefined ? `${of}.crate(${JSON.stringify(crate)})` : `${of}.${key}()`;
}

/**
 * The words of a command, as a shell divides them. Undefined for what is more than words: variables but `$out`, pipes, globs
 * outside of quotes.
 *
 * @example
 * shellWords("--all-targets -- -D 'a b'") // ["--all-targets", "--", "-D", "a b"]
 */
export function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text.replaceAll("\\\n", " ");
  while (rest !== "") {
    const blank = /^\s+/.exec(rest)?.[0];
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      rest = rest.slice(blank.length);
      continue;
    }
    const part =
      /^'([^']*)'/.exec(rest) ??
      /^\$(?:out\b|\{out\})/.exec(rest) ??
      /^\\([\s\S])/.exec(rest) ??
      /^[\w@%+=:,./^#{}!-]+/.exec(rest);
    const quoted = part ? undefined : /^"((?:[^"\\$`]|\\[\s\S]|\$out\b|\$\{out\}|\$(?![\w({]))*)"/.exec(rest);
    const found = part ?? quoted;
    if (!found) return undefined;
    const said = quoted ? (quoted[1] ?? "").replace(/\\([\\"$`])/g, "$1") : (found[1] ?? found[0]);
    word = (word ?? "") + said;
    rest = rest.slice(found[0].length);
  }
  return word === undefined ? words : [...words, word];
}
