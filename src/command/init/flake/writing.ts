import { type Code, identifier, printed } from "./code.ts";
import type { FlakeInput, ReadFlake } from "./nix/flakeWorld.ts";
import {
  calledBy,
  identityOf,
  type Origin,
  pathBelow,
  selected,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";

/** A configuration that is being written from a flake. */
export type Writing = {
  readonly flake: ReadFlake;
  /** Constants before `return`, in their order. */
  readonly constants: {
    readonly name: string;
    /** Its name, where no other had that. */
    readonly wanted: string;
    readonly code: Code;
    readonly at: Origin | undefined;
  }[];
  /** The names of those, by what they stand for. */
  readonly named: Map<object, string>;
  readonly taken: Set<string>;
  /** What is taken of the argument of `defineProject`. */
  readonly used: Set<string>;
  readonly imported: Set<string>;
  readonly left: Left[];
  /** How often each value was asked for. */
  readonly counts: Map<object, number>;
  /** Those that are asked for more than once, and have a name therefore. */
  readonly repeated: ReadonlyMap<object, number>;
  /** A step of Crane's, such as the layer that another one begins with. Undefined, and told, for what is none. */
  readonly step: (thunk: Thunk) => Code | undefined;
  /** Which functions were called with each set of arguments that has a name. */
  readonly users: Map<object, Set<string>>;
  /** The same, once it is known. */
  readonly allUsers: ReadonlyMap<object, ReadonlySet<string>>;
  /** The name of the package at the root, which its program has. Undefined where there is none. */
  readonly program: string | undefined;
  /** What `flake.lock` pins, by name. */
  readonly locked: ReadonlyMap<string, LockedInput>;
};

/** An input as `flake.lock` has it. */
export type LockedInput = { readonly rev: string };

/** What a configuration does not say of a flake, with its place. */
export type Left = { readonly at: Origin; readonly what: string };

/** Tells what is not taken over, once for each thing and place. */
export function leave({ left }: Writing, at: Origin, what: string): void {
  const subject = (of: string) => /^\S+/.exec(of)?.[0];
  const isTold = left.some(
    (each) => each.at.at === at.at && each.at.file === at.file && subject(each.what) === subject(what),
  );
  if (!isTold) left.push({ at, what });
}

/** What is found out; undefined, and told, where it cannot be followed. */
export function attempted<T>(w: Writing, at: Origin, what: string, find: () => T): T | undefined {
  try {
    return find();
  } catch (thrown) {
    if (!(thrown instanceof Unclear)) throw thrown;
    leave(w, thrown.at.at === 0 ? at : thrown.at, `${what}: ${thrown.message}`);
    return undefined;
  }
}

/** A name of what `defineProject` gives: `crane`, `pkgs`. */
export function given(w: Writing, name: string): string {
  w.used.add(name);
  return name;
}

type Naming = {
  /** Where the flake has no name for it. */
  readonly fallback: string;
  readonly at?: Origin | undefined;
};

/** A value by its name, where the flake gives it one, or says it more than once; else as it is. */
export function constant(w: Writing, value: Value, { fallback, at }: Naming, make: () => Code): Code {
  const id = identityOf(value);
  const known = w.named.get(id);
  if (known !== undefined) return known;
  w.counts.set(id, (w.counts.get(id) ?? 0) + 1);
  const own = w.flake.world.names.get(id);
  const isRepeated = (w.repeated.get(id) ?? 0) > 1;
  const code = make();
  if (own === undefined && !isRepeated) return code;
  // A function that is called for each output makes the same anew each time.
  const wanted = identifier(own ?? fallback, new Set());
  const text = printed(code);
  const same = w.constants.find((each) => each.wanted === wanted && printed(each.code) === text);
  if (same) {
    w.named.set(id, same.name);
    return same.name;
  }
  const name = identifier(own ?? fallback, w.taken);
  w.taken.add(name);
  w.named.set(id, name);
  w.constants.push({ name, wanted, code, at });
  return name;
}

/** Which of the flake's inputs a term is of. */
export function inputOf(
  w: Writing,
  value: Value,
): { readonly input: FlakeInput; readonly path: readonly string[] } | undefined {
  if (value.kind !== "term" || value.head.kind !== "root") return undefined;
  const input = w.flake.inputs.get(value.head.name.replace(/^input:/, ""));
  if (!input || !value.head.name.startsWith("input:")) return undefined;
  const path = value.path.filter(
    (name) => name !== "packages" && !/^(x86_64|aarch64)-(linux|darwin)$/.test(name),
  );
  return { input, path };
}

/** Crane's functions, with what they were changed by. */
export type CraneLib = {
  readonly value: Value;
  readonly from?: { readonly base: CraneLib; readonly verb: string; readonly argument: Thunk };
};

function craneLib(w: Writing, value: Value): CraneLib | undefined {
  const direct = inputOf(w, value);
  if (direct?.input.role === "crane" && direct.path.join(".") === "lib") return { value };
  const call = calledBy(value);
  if (!call || call.path.length > 0) return undefined;
  const of = inputOf(w, call.of);
  if (of?.input.role === "crane" && of.path.join(".") === "mkLib") return { value };
  const part = selected(call.of);
  const base = part && craneLib(w, part.of);
  if (!part || !base || !changes.has(part.name)) return undefined;
  return { value, from: { base, verb: part.name, argument: call.argument } };
}

const changes = new Set(["overrideToolchain", "appendCrateRegistries", "overrideScope", "overrideScope'"]);

/** A call of one of Crane's functions. */
type CraneCall = {
  readonly lib: CraneLib;
  readonly verb: string;
  readonly argument: Thunk;
  readonly value: Value;
};

/** @example craneCall(w, value) // { verb: "buildPackage", … } */
export function craneCall(w: Writing, value: Value): CraneCall | undefined {
  const call = calledBy(value);
  if (!call || call.path.length > 0) return undefined;
  const names: string[] = [];
  let of = call.of;
  for (let part = selected(of); part; part = selected(of)) {
    names.unshift(part.name);
    of = part.of;
    const lib = craneLib(w, of);
    if (lib) return { lib, verb: names.join("."), argument: call.argument, value };
  }
  return undefined;
}

/** The path of an attribute of nixpkgs; undefined for what is none. */
export function pathInPackages(value: Value): readonly string[] | undefined {
  return pathBelow(value, "pkgs");
}
