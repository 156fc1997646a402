import { relative } from "node:path";
import { type Diagnostic, diagnostic, type Place } from "../../base/diagnostic.ts";
import type { Call } from "../../crane/arguments/calls.ts";
import type { LockEntry } from "../../crane/arguments/libContext.ts";
import type { NativePackage, Source } from "../../derivation/model.ts";
import type { Pins } from "../../fetch/gantryLock.ts";
import { configurationPlace } from "../../project/configuration/configurationFailure.ts";
import { textOf } from "../../tree/files.ts";
import type { EjectSubject } from "../ejectedFile.ts";
import { type Binding, isIdentifier, type Nix, word } from "../nix/nix.ts";
import { printNix } from "../nix/print.ts";

/** Another flake, or a tree, that this one is made from. */
export type FlakeInput = {
  readonly url: string;
  /** Whether its `nixpkgs` is this flake's. Default: it has none. */
  readonly followsNixpkgs?: true;
  /** A tree and no flake. Default: it is one. */
  readonly isTree?: true;
};

/**
 * A flake that is being written: its inputs, and the names that its outputs are said with. Who says a part of it adds what that
 * part needs.
 */
export type Scope = EjectSubject & {
  readonly pins: Pins;
  /** The native packages of a project without a configuration, the same on every machine. Default: those of the calls. */
  readonly native: readonly NativePackage[] | undefined;
  readonly inputs: Map<string, FlakeInput>;
  /** What stands after `let`, in its order. */
  readonly bindings: Binding[];
  /** What cannot be said. */
  readonly problems: Diagnostic[];
  /** By what they stand for: the names that have been given. */
  readonly named: Map<unknown, string>;
  readonly taken: Set<string>;
  /** What has been said of sources and read of locks, each once. */
  readonly sources: Map<Source, Nix>;
  readonly locks: Map<string, readonly LockEntry[]>;
};

/** Names that a flake of any project has. */
const always = [
  "self",
  "nixpkgs",
  "crane",
  "flake-utils",
  "system",
  "pkgs",
  "lib",
  "builtins",
  "inputs",
  "toString",
];

/** A flake of which nothing is said yet. */
export function newScope(subject: EjectSubject, { pins, native }: Pick<Scope, "pins" | "native">): Scope {
  const taken = new Set([...always, "rust-overlay", "git-hooks", "true", "false", "null", "import", "map"]);
  const empty = { inputs: new Map(), bindings: [], problems: [], named: new Map() };
  return { ...subject, pins, native, ...empty, taken, sources: new Map(), locks: new Map() };
}

/** A name that is free: the one that is wanted, or that with a number. */
function freeName({ taken }: Scope, wanted: string): string {
  const plain = wanted.replace(/[^\w'-]+/g, "-").replace(/^[^A-Za-z_]+/, "");
  const base = isIdentifier(plain) ? plain : `x-${plain}`;
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}${number}`;
  taken.add(name);
  return name;
}

/** An input under a name of its own; that of the same one, where it is there. */
export function treeInput(scope: Scope, wanted: string, url: string): Nix {
  const there = [...scope.inputs].find(([, input]) => input.url === url);
  if (there) return word(there[0]);
  const name = freeName(scope, wanted);
  scope.inputs.set(name, { url, isTree: true });
  return word(name);
}

/** One of the flakes that everybody uses. */
export function usesFlake(scope: Scope, name: keyof typeof flakes): Nix {
  scope.inputs.set(name, flakes[name]);
  return word(name);
}

const flakes = {
  nixpkgs: { url: "github:NixOS/nixpkgs/nixpkgs-unstable" },
  crane: { url: "github:ipetkov/crane" },
  "rust-overlay": { url: "github:oxalica/rust-overlay", followsNixpkgs: true },
  "git-hooks": { url: "github:cachix/git-hooks.nix", followsNixpkgs: true },
  "flake-utils": { url: "github:numtide/flake-utils" },
} as const satisfies Record<string, FlakeInput>;

/** The order in which the flakes that everybody uses are listed. */
export const flakeNames: readonly string[] = Object.keys(flakes);

type Definition = {
  /** What it stands for: an object of the description, or a text. */
  readonly of: unknown;
  readonly name: string;
  readonly comment?: readonly string[];
};

/** The name of something that stands after `let`. What stands for the same is said once. */
export function defined(scope: Scope, { of, name, comment }: Definition, value: () => Nix): Nix {
  const known = scope.named.get(of);
  if (known !== undefined) return word(known);
  const expression = value();
  const free = freeName(scope, name);
  scope.named.set(of, free);
  scope.bindings.push({
    kind: "binding",
    name: free,
    value: expression,
    isApart: true,
    ...(comment && { comment }),
  });
  return word(free);
}

/** The same for what is known by how it is said. */
export function definedAs(scope: Scope, name: string, value: Nix, comment?: readonly string[]): Nix {
  return defined(scope, { of: printNix(value), name, ...(comment && { comment }) }, () => value);
}

type Unsayable = {
  readonly notes?: readonly string[];
  readonly help: readonly string[];
  /** What was called. Default: the message alone tells. */
  readonly call?: Call | undefined;
};

/** Notes that something has no counterpart in a flake, and gives what stands in its place until that is shown. */
export function cannot(scope: Scope, message: string, { call, notes = [], help }: Unsayable): Nix {
  const place = call && placeOfCall(scope, call);
  const details = { notes, help: [...help], status: 2, ...(place && { place }) } as const;
  const problem = diagnostic("flake-unsayable", message, details);
  // What several steps have in common is told once.
  const isTold = scope.problems.some((each) => JSON.stringify(each) === JSON.stringify(problem));
  if (!isTold) scope.problems.push(problem);
  return word("null");
}

/** How to go without an output, or without what stands in one: `images.app.contents[0]`. */
export function withoutIt(output: string): string {
  const [kind = "", name = "", ...inside] = output.split(".");
  if (kind === "devShells") return "take it out of the shell, and say it in flake.local.nix";
  if (kind === "images" && inside.length > 0) return withoutIt(`${kind}.${name}`);
  return `leave it out of the flake: return { …, flake: { without: ["${output}"] } }, and say it in flake.local.nix`;
}

/** Where the configuration calls something. */
export function placeOfCall({ project, offered }: EjectSubject, call: Call): Place | undefined {
  const files = [project.configuration ?? [], offered.files ?? []].flat();
  for (const file of files) {
    const shown = relative(project.root, file);
    const place = configurationPlace({ file, shown, text: textOf(file) ?? "" }, call.at);
    if (place) return place;
  }
  return undefined;
}
