import type { Expression, Parameter } from "../../../../eject/nix/expression.ts";

/** Where something is said in the files of a flake. */
export type Origin = { readonly file: string; readonly at: number };

/**
 * What an expression of a flake comes to, as far as that can be told without Nix. Whatever is not known, such as a package of
 * nixpkgs or what a function of Crane gives, is a term, which remembers how it was said.
 */
export type Value =
  | { readonly kind: "data"; readonly value: number | boolean | null }
  | { readonly kind: "text"; readonly parts: readonly (string | Value)[] }
  /** Relative to the flake's directory, which is `.`. */
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "list"; readonly items: readonly Thunk[] }
  | SetValue
  | { readonly kind: "function"; readonly parameter?: Parameter; readonly apply: (argument: Thunk) => Value }
  | Term;

export type SetValue = {
  readonly kind: "set";
  readonly entries: ReadonlyMap<string, Thunk>;
  /** What `left // right` was said of. */
  readonly merged?: readonly [left: Value, right: Value];
};

export type Term = {
  readonly kind: "term";
  readonly head: Head;
  /** The attributes that are taken of it. */
  readonly path: readonly string[];
  readonly at: Origin;
};

type Head =
  | { readonly kind: "root"; readonly name: string }
  | { readonly kind: "call"; readonly of: Value; readonly argument: Thunk }
  | { readonly kind: "operation"; readonly operator: string; readonly left: Thunk; readonly right: Thunk }
  | { readonly kind: "if"; readonly condition: Value; readonly yes: Thunk; readonly no: Thunk }
  /** Items of a list that are not known. */
  | { readonly kind: "splice"; readonly of: Value };

/** Something that a flake says and that cannot be followed here, with its place. */
export class Unclear extends Error {
  readonly at: Origin;
  constructor(message: string, at: Origin) {
    super(message);
    this.at = at;
  }
}

/** A value that is found out when it is asked for, as Nix does. */
export class Thunk {
  readonly at: Origin;
  private state: "open" | "running" | "done" = "open";
  private value: Value | undefined;
  private thrown: unknown;
  private readonly find: () => Value;

  constructor(at: Origin, find: () => Value) {
    this.at = at;
    this.find = find;
  }

  /** @throws Unclear */
  force(): Value {
    if (this.state === "running") throw new Unclear("it is made from itself", this.at);
    if (this.state === "done" && this.value) return this.value;
    if (this.state === "done") throw this.thrown;
    this.state = "running";
    try {
      this.value = this.find();
      return this.value;
    } catch (thrown) {
      // What the machine's stack does not hold.
      const isDeep = thrown instanceof RangeError;
      this.thrown = isDeep ? new Unclear("it has no end, or is nested too deeply", this.at) : thrown;
      throw this.thrown;
    } finally {
      this.state = "done";
    }
  }
}

/** A value that needs no evaluation. */
export function known(value: Value, at: Origin = nowhere): Thunk {
  return new Thunk(at, () => value);
}

export const nowhere: Origin = { file: "flake.nix", at: 0 };

export function originOf(expression: Expression, file: string): Origin {
  return { file, at: expression.at };
}

export function data(value: number | boolean | null): Value {
  return { kind: "data", value };
}

/** Neighbours that are known are one part, and there are no empty ones. */
export function text(...parts: readonly (string | Value)[]): Value {
  const joined: (string | Value)[] = [];
  const add = (part: string | Value): void => {
    if (typeof part !== "string" && part.kind === "text") {
      for (const each of part.parts) add(each);
      return;
    }
    const last = joined.at(-1);
    if (part === "") return;
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else joined.push(part);
  };
  for (const part of parts) add(part);
  return { kind: "text", parts: joined };
}

/** As `toString` has it. */
export function textOfData(value: number | boolean | null): string {
  return typeof value === "number" ? String(value) : value === true ? "1" : "";
}

/** The text of a value that is known as a whole. */
export function plainText(value: Value): string | undefined {
  if (value.kind !== "text") return undefined;
  const [only = "", second] = value.parts;
  return second === undefined && typeof only === "string" ? only : undefined;
}

export function list(items: readonly Value[]): Value {
  return { kind: "list", items: items.map((item) => known(item)) };
}

export function set(entries: Readonly<Record<string, Value | Thunk>>): SetValue {
  const pairs = Object.entries(entries).map(
    ([name, value]) => [name, value instanceof Thunk ? value : known(value)] as const,
  );
  return { kind: "set", entries: new Map(pairs) };
}

export function root(name: string, at: Origin = nowhere): Term {
  return { kind: "term", head: { kind: "root", name }, path: [], at };
}

/** What tells a value from others: a term that attributes are taken of is the same as before. */
export function identityOf(value: Value): object {
  return value.kind === "term" ? value.head : value;
}

/** Whether a value is a term of this root, and what is taken of it. */
export function pathBelow(value: Value, name: string): readonly string[] | undefined {
  return value.kind === "term" && value.head.kind === "root" && value.head.name === name
    ? value.path
    : undefined;
}

/** A call that is no more than said: what is called, without the attributes that are taken of what it gives. */
export function calledBy(
  value: Value,
): { readonly of: Value; readonly argument: Thunk; readonly path: readonly string[] } | undefined {
  if (value.kind !== "term" || value.head.kind !== "call") return undefined;
  return { of: value.head.of, argument: value.head.argument, path: value.path };
}

/** A term without the last attribute that is taken of it, and that attribute. */
export function selected(value: Value): { readonly of: Term; readonly name: string } | undefined {
  const name = value.kind === "term" ? value.path.at(-1) : undefined;
  if (value.kind !== "term" || name === undefined) return undefined;
  return { of: { ...value, path: value.path.slice(0, -1) }, name };
}

/**
 * A call with all its arguments, and what is called where that has a name.
 *
 * @example
 * namedCall(value) // { name: "lib.fileset.unions", args: [items] }
 */
export function namedCall(
  value: Value,
): { readonly name: string; readonly args: readonly Thunk[] } | undefined {
  const args: Thunk[] = [];
  let of = value;
  for (let call = calledBy(of); call?.path.length === 0; call = calledBy(of)) {
    args.unshift(call.argument);
    of = call.of;
  }
  if (args.length === 0 || of.kind !== "term" || of.head.kind !== "root") return undefined;
  return { name: [of.head.name, ...of.path].join("."), args };
}

/** Something as a person would name it in a message. */
export function saidOf(value: Value): string {
  if (value.kind === "text")
    return value.parts.map((part) => (typeof part === "string" ? part : saidOf(part))).join("");
  if (value.kind === "path") return `./${value.path}`;
  if (value.kind !== "term") return value.kind === "data" ? String(value.value) : `a ${value.kind}`;
  const { head, path } = value;
  const below = path.map((name) => `.${name}`).join("");
  if (head.kind === "root") return head.name.replace(/^input:/, "") + below;
  if (head.kind === "call") {
    const of = namedCall(value)?.name ?? saidOf(head.of);
    return `${of.replace(/^input:/, "")} …${below}`;
  }
  return `…${below}`;
}
