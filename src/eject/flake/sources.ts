import { realpathSync } from "node:fs";
import { posix, relative } from "node:path";
import picomatch from "picomatch";
import { unreachable } from "../../base/narrowing.ts";
import { callOf } from "../../crane/arguments/calls.ts";
import type { Filter, Source } from "../../derivation/model.ts";
import { repositoryRoot } from "../ejectedFile.ts";
import { call, list, localPath, type Nix, set, string, text, word } from "../nix/nix.ts";
import { cannot, defined, definedAs, type Scope } from "./scope.ts";

/** A source under a name: `src`. The lock and the workspace that its arguments give are said by those. */
export function sourceWord(scope: Scope, lib: Nix, source: Source): Nix {
  const known = scope.sources.get(source);
  if (known) return known;
  const said = saySource(scope, lib, source);
  scope.sources.set(source, said);
  return said;
}

function saySource(scope: Scope, lib: Nix, source: Source): Nix {
  const path = rootOf(scope, source);
  switch (source.filter.kind) {
    case "cargo":
      return definedAs(scope, "src", call({ kind: "select", of: lib, name: "cleanCargoSource" }, path));
    // Nix sees the files that git knows, and no others.
    case "everything":
    case "automatic":
      return definedAs(scope, "src", path);
    default:
      return definedAs(
        scope,
        "src",
        call(
          "lib.fileset.toSource",
          set([
            ["root", path],
            ["fileset", filesetOf(scope, lib, { filter: source.filter, root: source.root })],
          ]),
        ),
      );
  }
}

function rootOf(scope: Scope, source: Pick<Source, "root"> & { readonly filter: Filter }): Nix {
  const { root: project } = scope.project;
  const real = realpathSync(project);
  const path = posix.isAbsolute(source.root) ? relative(real, source.root) : posix.normalize(source.root);
  const fromTop = relative(repositoryRoot(project), posix.join(real, path));
  if (!fromTop.startsWith("..")) return localPath(path === "" ? "." : path);
  return cannot(
    scope,
    `the source \`${source.root}\` lies outside of the repository, which is all that a flake sees`,
    {
      call: callOf(source),
      help: [
        'take it as an input: git({ url, rev: "…" })',
        "or leave it out of the description, and say it in flake.local.nix",
      ],
    },
  );
}

type Filtered = { readonly filter: Filter; readonly root: string };

function filesetOf(scope: Scope, lib: Nix, { filter, root }: Filtered): Nix {
  const path = localPath(root);
  const all = (of: readonly Filter[]) => of.map((each) => filesetOf(scope, lib, { filter: each, root }));
  // What has several parts has a name where it is one of two.
  const parts = (of: readonly Filter[]) =>
    all(of).map((each) => (isUnion(each) ? definedAs(scope, "files", each) : each));
  switch (filter.kind) {
    case "everything":
    case "automatic":
      return path;
    case "cargo":
      return call({ kind: "select", of: lib, name: "fileset.commonCargoSources" }, path);
    case "globs": {
      const sets = filter.patterns.map((pattern) => globOf(scope, pattern, { root, filter }));
      const [only = call("lib.fileset.unions", list([])), second] = sets;
      return second === undefined ? only : unions(sets);
    }
    case "union":
      return unions(all(filter.of));
    case "intersection":
      return folded("lib.fileset.intersection", parts(filter.of)) ?? path;
    case "difference": {
      const [of = path, without = path] = parts([filter.of, filter.without]);
      return call("lib.fileset.difference", of, without);
    }
    case "where":
      return cannot(scope, "the function of `fileset.where` has no counterpart in a flake", {
        call: callOf(filter),
        help: [
          'name the files by patterns: fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**"))',
        ],
      });
    default:
      return unreachable(filter);
  }
}

/** Unions of unions are one. */
function unions(sets: readonly Nix[]): Nix {
  const flat = sets.flatMap((each) => {
    const [items] = isUnion(each) ? each.args : [];
    return items?.kind === "list" ? items.items : [each];
  });
  return call("lib.fileset.unions", list(flat));
}

function isUnion(nix: Nix): nix is Nix & { readonly kind: "call" } {
  return nix.kind === "call" && nix.of.kind === "word" && nix.of.text === "lib.fileset.unions";
}

function folded(operation: string, sets: readonly Nix[]): Nix | undefined {
  const [first, ...more] = sets;
  return more.reduce<Nix | undefined>((of, each) => (of ? call(operation, of, each) : each), first);
}

/** What a pattern matches: a path as it is, all files with an ending, or what an expression tells. */
function globOf(scope: Scope, pattern: string, { root, filter }: Filtered): Nix {
  const plain = pattern.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  const below = plain.replace(/\/\*\*(?:\/\*)?$/, "");
  if (!isGlob(below)) return localPath(posix.join(root, below));
  const [, directory = ".", ending] = /^(?:([^*?[\]{}()!\\]+)\/)?\*\*\/\*\.(\w+)$/.exec(plain) ?? [];
  if (ending !== undefined)
    return call(
      "lib.fileset.fileFilter",
      { kind: "function", parameter: "file", body: call("file.hasExt", string(ending)) },
      localPath(posix.join(root, directory)),
    );
  const matching = defined(scope, { of: `matching ${root}`, name: "filesMatching" }, () =>
    matchingFiles(root),
  );
  return call(matching, text(expressionOf(scope, plain, filter)));
}

function isGlob(path: string): boolean {
  return /[*?[\]{}()!\\]/.test(path);
}

/** Of the files below a directory those whose paths an expression describes. */
function matchingFiles(root: string): Nix {
  const path = localPath(root);
  const inside = call("lib.removePrefix", string(call("toString", path), "/"), word("path"));
  const matches: Nix = {
    kind: "operation",
    operator: "!=",
    left: call("builtins.match", word("expression"), inside),
    right: word("null"),
  };
  const filter: Nix = {
    kind: "function",
    parameter: "path",
    body: {
      kind: "function",
      parameter: "type",
      body: {
        kind: "operation",
        operator: "||",
        left: { kind: "operation", operator: "==", left: word("type"), right: string("directory") },
        right: matches,
      },
    },
  };
  const cleaned = call(
    "lib.cleanSourceWith",
    set([
      ["src", path],
      ["filter", filter],
    ]),
  );
  return { kind: "function", parameter: "expression", body: call("lib.fileset.fromSource", cleaned) };
}

/** A pattern as an extended regular expression of POSIX, which `builtins.match` compares with a whole path. */
function expressionOf(scope: Scope, pattern: string, filter: Filter): string {
  if (/[!()\\]/.test(pattern) || picomatch.scan(pattern).negated) {
    cannot(scope, `the pattern \`${pattern}\` has no counterpart in a flake`, {
      call: callOf(filter),
      help: ["say it with `*`, `**`, `?`, `[…]` and `{…}` alone, or by fileset.difference(…)"],
    });
    return "";
  }
  const isDirectory = !isGlob(pattern.slice(pattern.lastIndexOf("/") + 1));
  let depth = 0;
  const body = pattern.replace(/\*\*\/|\/\*\*$|\*\*?|[?{},.+^$|]/g, (found) => {
    depth += found === "{" ? 1 : found === "}" ? -1 : 0;
    return found === "," && depth === 0 ? found : (globParts[found] ?? `\\${found}`);
  });
  return isDirectory ? `${body}(/.*)?` : body;
}

const globParts: Readonly<Record<string, string>> = {
  "**/": "(.*/)?",
  "/**": "/.*",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
  "{": "(",
  "}": ")",
  ",": "|",
};
