import { posix } from "node:path";
import type { AttributePath, Bound, Expression, Parameter } from "../../../../eject/nix/expression.ts";
import {
  data,
  identityOf,
  known,
  type Origin,
  originOf,
  plainText,
  type SetValue,
  type Term,
  Thunk,
  text,
  Unclear,
  type Value,
} from "./values.ts";

/** Where names are looked for: the innermost first. */
export type Scope = {
  readonly file: string;
  readonly names: ReadonlyMap<string, Thunk>;
  readonly parent?: Scope;
  /** Of `with`: asked when nothing else has a name. */
  readonly among?: Thunk;
};

/** What evaluation asks about terms, and tells of what it finds. */
export type World = {
  /** What an attribute of a term is where it is more than a term. */
  readonly attribute: (term: Term, name: string, at: Origin) => Value | undefined;
  /** What a call of a term gives where it is more than a term. */
  readonly called: (term: Term, argument: Thunk, at: Origin) => Value | undefined;
  /** The names that values were bound to first. */
  readonly names: Map<object, string>;
};

/**
 * What an expression comes to. Lazy, as Nix is: only what is asked for is found out.
 *
 * @throws Unclear
 */
export function evaluate(expression: Expression, scope: Scope, world: World): Value {
  const at = originOf(expression, scope.file);
  const of = (inner: Expression, within = scope): Value => evaluate(inner, within, world);
  const later = (inner: Expression, within = scope): Thunk =>
    new Thunk(originOf(inner, within.file), () => of(inner, within));
  switch (expression.kind) {
    case "number":
      return data(expression.value);
    case "name":
      return lookUp(expression.name, scope, world, at);
    case "text":
      return text(
        ...expression.parts.map((part) => (typeof part === "string" ? part : interpolated(of(part)))),
      );
    case "path":
      return pathOf(
        expression.parts.map((part) => (typeof part === "string" ? part : of(part))),
        at,
      );
    case "list":
      return { kind: "list", items: expression.items.map((item) => later(item)) };
    case "set":
      return setOf(expression, scope, world);
    case "function": {
      const { parameter, body } = expression;
      const apply = (argument: Thunk): Value =>
        of(body, {
          file: scope.file,
          parent: scope,
          names: parameters(parameter, argument, { scope, world }),
        });
      return { kind: "function", parameter, apply };
    }
    case "call":
      return apply(of(expression.of), later(expression.argument), { at, world });
    case "let":
      return of(expression.body, bindingScope(expression.bindings, scope, world));
    case "with":
      return of(expression.body, {
        file: scope.file,
        names: new Map(),
        parent: scope,
        among: later(expression.scope),
      });
    case "assert":
      return of(expression.body);
    case "if": {
      const condition = of(expression.condition);
      if (condition.kind === "data") return of(condition.value === true ? expression.yes : expression.no);
      const head = { kind: "if", condition, yes: later(expression.yes), no: later(expression.no) } as const;
      return { kind: "term", head, path: [], at };
    }
    case "select": {
      const names = namesOf(expression.path, scope, world);
      try {
        return names.reduce((value, name, index) => {
          const found = select(value, name, { at, world, isOptional: expression.or !== undefined });
          if (found === undefined)
            throw new Missing(`there is no \`${names.slice(0, index + 1).join(".")}\``, at);
          return found;
        }, of(expression.of));
      } catch (thrown) {
        if (expression.or && thrown instanceof Missing) return of(expression.or);
        throw thrown;
      }
    }
    case "has": {
      let value: Value | undefined = of(expression.of);
      for (const name of namesOf(expression.path, scope, world)) {
        if (value.kind === "term") {
          const asked: Value = select(value, name, { at, world, isOptional: true }) ?? data(null);
          if (asked.kind !== "term") return data(asked.kind !== "data");
          const { head, path } = asked;
          if (head.kind !== "root" || head.name !== "self" || !differs(path)) return data(false);
          const [left, right] = [known(value), known(text(name))];
          return { kind: "term", head: { kind: "operation", operator: "?", left, right }, path: [], at };
        }
        value = value.kind === "set" ? value.entries.get(name)?.force() : undefined;
        if (!value) return data(false);
      }
      return data(true);
    }
    case "unary": {
      const value = of(expression.of);
      if (value.kind === "data")
        return data(expression.operator === "!" ? value.value !== true : -Number(value.value));
      const head = {
        kind: "operation",
        operator: expression.operator,
        left: known(value),
        right: known(data(null)),
      } as const;
      return { kind: "term", head, path: [], at };
    }
    case "operation":
      return operation(expression.operator, later(expression.left), later(expression.right), at);
  }
}

/** An attribute that is not there, for which there may be another value. */
class Missing extends Unclear {}

function lookUp(name: string, scope: Scope, world: World, at: Origin): Value {
  for (let each: Scope | undefined = scope; each; each = each.parent) {
    const found = each.names.get(name);
    if (found) return found.force();
  }
  for (let each: Scope | undefined = scope; each; each = each.parent) {
    const among = each.among?.force();
    const found = among && select(among, name, { at, world, isOptional: true });
    if (found) return found;
  }
  throw new Unclear(`\`${name}\` is defined nowhere`, at);
}

type Selecting = { readonly at: Origin; readonly world: World; readonly isOptional?: boolean };

/** Undefined where a set does not have it, or a term certainly not. */
function select(value: Value, name: string, { at, world, isOptional = false }: Selecting): Value | undefined {
  if (value.kind === "set") return value.entries.get(name)?.force();
  if (value.kind !== "term") throw new Unclear(`\`.${name}\` is asked of what is no set`, at);
  const found = world.attribute(value, name, at);
  if (found) return found;
  // Of what is being overridden nothing is known, and mostly it is not there.
  const isOpen = value.head.kind === "root" && /^(?:old|self)$/.test(value.head.name);
  if (isOptional && isOpen && !differs([...value.path, name])) return undefined;
  return { ...value, path: [...value.path, name], at };
}

/** What a flake knows of its own source: another commit has another, and a changed tree has none. */
function differs([first = ""]: readonly string[]): boolean {
  return /^(?:rev|shortRev|dirtyRev|dirtyShortRev|revCount|lastModified|lastModifiedDate|narHash|sourceInfo)$/.test(
    first,
  );
}

type Applying = { readonly at: Origin; readonly world: World };

/** What calling a value gives: of a term another one, unless the world knows. Throws `Unclear` where it is no function. */
export function apply(value: Value, argument: Thunk, { at, world }: Applying): Value {
  if (value.kind === "function") return value.apply(argument);
  if (value.kind === "set") {
    const functor = value.entries.get("__functor");
    if (functor) return apply(apply(functor.force(), known(value), { at, world }), argument, { at, world });
  }
  if (value.kind !== "term") throw new Unclear("what is called here is no function", at);
  const found = world.called(value, argument, at);
  return found ?? { kind: "term", head: { kind: "call", of: value, argument }, path: [], at };
}

function parameters(
  parameter: Parameter,
  argument: Thunk,
  { scope, world }: { readonly scope: Scope; readonly world: World },
): ReadonlyMap<string, Thunk> {
  if (parameter.kind === "name") return new Map([[parameter.name, argument]]);
  const names = new Map<string, Thunk>();
  const inner: Scope = { file: scope.file, parent: scope, names };
  for (const { name, fallback } of parameter.fields) {
    const at = fallback ? originOf(fallback, scope.file) : argument.at;
    names.set(
      name,
      new Thunk(at, () => {
        const value = argument.force();
        if (value.kind === "set") {
          const given = value.entries.get(name);
          if (given) return given.force();
          if (fallback) return evaluate(fallback, inner, world);
          throw new Unclear(`nothing gives \`${name}\``, argument.at);
        }
        const given = select(value, name, { at, world });
        if (given) return given;
        throw new Unclear(`nothing gives \`${name}\``, argument.at);
      }),
    );
  }
  if (parameter.whole !== undefined) names.set(parameter.whole, argument);
  return names;
}

function interpolated(value: Value): Value | string {
  if (value.kind === "data" && typeof value.value === "number") return String(value.value);
  return value;
}

function pathOf(parts: readonly (string | Value)[], at: Origin): Value {
  const words = parts.map((part) => (typeof part === "string" ? part : plainText(part)));
  if (words.some((word) => word === undefined)) throw new Unclear("a path with what is not known in it", at);
  const said = words.join("");
  if (!said.startsWith(".")) throw new Unclear(`\`${said}\` is outside of the project`, at);
  return {
    kind: "path",
    path: posix.normalize(posix.join(posix.dirname(at.file), said)).replace(/(.)\/$/, "$1"),
  };
}

function namesOf(path: AttributePath, scope: Scope, world: World): readonly string[] {
  return path.map((name) => {
    if (typeof name === "string") return name;
    const value = plainText(evaluate(name, scope, world));
    if (value === undefined)
      throw new Unclear("an attribute whose name is not known", originOf(name, scope.file));
    return value;
  });
}

function bindingScope(bindings: readonly Bound[], scope: Scope, world: World): Scope {
  const names = new Map<string, Thunk>();
  const inner: Scope = { file: scope.file, parent: scope, names };
  for (const [name, thunk] of boundNames(bindings, { outer: scope, inner, world, named: true }))
    names.set(name, thunk);
  return inner;
}

function setOf(expression: Expression & { readonly kind: "set" }, scope: Scope, world: World): SetValue {
  if (expression.isRecursive)
    return { kind: "set", entries: bindingScope(expression.bindings, scope, world).names };
  const outer = { outer: scope, inner: scope, world, named: false };
  return { kind: "set", entries: boundNames(expression.bindings, outer) };
}

type Binding = {
  readonly outer: Scope;
  readonly inner: Scope;
  readonly world: World;
  readonly named: boolean;
};

/** Names with what they are bound to; `a.b = 1; a.c = 2;` is one set. */
function boundNames(bindings: readonly Bound[], { outer, inner, world, named }: Binding): Map<string, Thunk> {
  const names = new Map<string, Thunk>();
  const nested = new Map<string, { path: AttributePath; value: Expression; at: number }[]>();
  const file = inner.file;
  const whole = new Map<string, Thunk>();
  for (const bound of bindings) {
    if (bound.kind === "inherit") {
      const from = bound.from;
      const source = from && new Thunk(originOf(from, file), () => evaluate(from, inner, world));
      for (const name of bound.names) {
        const at = { file, at: bound.at };
        const find = (): Value => {
          if (!source) return lookUp(name, outer, world, at);
          const found = select(source.force(), name, { at, world });
          if (!found) throw new Unclear(`there is no \`${name}\` to inherit`, at);
          return found;
        };
        names.set(name, new Thunk(at, find));
      }
      continue;
    }
    const [first = ""] = namesOf(bound.path.slice(0, 1), inner, world);
    const more = bound.path.slice(1);
    const at = { file, at: bound.at };
    if (more.length > 0) {
      nested.set(first, [...(nested.get(first) ?? []), { path: more, value: bound.value, at: bound.at }]);
      continue;
    }
    const find = (): Value => {
      const value = evaluate(bound.value, inner, world);
      const id = identityOf(value);
      const isWhole = value.kind !== "term" || value.path.length === 0;
      if (named && isWhole && !world.names.has(id)) world.names.set(id, first);
      return value;
    };
    whole.set(first, new Thunk(at, find));
    names.set(first, whole.get(first) ?? new Thunk(at, find));
  }
  for (const [name, parts] of nested) {
    const base = whole.get(name);
    const at = { file, at: parts[0]?.at ?? 0 };
    const inside = boundNames(
      parts.map((part) => ({ kind: "binding", ...part })),
      { outer, inner, world, named: false },
    );
    const find = (): Value => {
      if (!base) return { kind: "set", entries: inside };
      const value = base.force();
      if (value.kind !== "set") throw new Unclear(`\`${name}\` is said twice`, at);
      return { kind: "set", entries: new Map([...value.entries, ...inside]) };
    };
    names.set(name, new Thunk(at, find));
  }
  return names;
}

function operation(operator: string, left: Thunk, right: Thunk, at: Origin): Value {
  const unknown = (): Value => ({
    kind: "term",
    head: { kind: "operation", operator, left, right },
    path: [],
    at,
  });
  const first = left.force();
  if (operator === "&&" || operator === "||" || operator === "->") {
    const decides = (value: Value) => value.kind === "data" && (value.value === true) === (operator === "||");
    if (operator !== "->" && (decides(first) || (first.kind !== "data" && decides(right.force()))))
      return data(operator === "||");
    if (first.kind !== "data") return unknown();
    if (operator === "->" && first.value !== true) return data(true);
    const second = right.force();
    return second.kind === "data" ? second : unknown();
  }
  if (operator === "//") return merged(first, right.force(), unknown);
  if (operator === "++") {
    const items = [first, right.force()].flatMap((value): readonly Thunk[] =>
      value.kind === "list"
        ? value.items
        : [known({ kind: "term", head: { kind: "splice", of: value }, path: [], at }, at)],
    );
    return { kind: "list", items };
  }
  const second = right.force();
  if (operator === "+") {
    if (first.kind === "path" && second.kind === "text")
      return pathOf([`./${posix.relative(posix.dirname(at.file), first.path)}`, second], at);
    if (first.kind === "text" || second.kind === "text") return text(first, second);
    if (first.kind === "data" && second.kind === "data")
      return data(Number(first.value) + Number(second.value));
    return unknown();
  }
  const [a, b] = [comparable(first), comparable(second)];
  if (operator === "==" || operator === "!=") {
    if (a === undefined || b === undefined) {
      const kinds = [first, second].map(({ kind }) => kind);
      if (kinds.includes("term") || kinds[0] === kinds[1]) return unknown();
      return data(operator === "!=");
    }
    return data((a === b) === (operator === "=="));
  }
  if (typeof a !== "number" || typeof b !== "number") return unknown();
  const results: Readonly<Record<string, number | boolean>> = {
    "<": a < b,
    "<=": a <= b,
    ">": a > b,
    ">=": a >= b,
    "-": a - b,
    "*": a * b,
    "/": Math.trunc(a / b),
  };
  const result = results[operator];
  return result === undefined ? unknown() : data(result);
}

/** Undefined for what cannot be told. */
function comparable(value: Value): string | number | boolean | null | undefined {
  if (value.kind === "data") return value.value;
  return value.kind === "path" ? undefined : plainText(value);
}

function merged(left: Value, right: Value, unknown: () => Value): Value {
  if (left.kind !== "set" || right.kind !== "set") return unknown();
  if (right.entries.size === 0) return left;
  if (left.entries.size === 0) return right;
  return { kind: "set", entries: new Map([...left.entries, ...right.entries]), merged: [left, right] };
}
