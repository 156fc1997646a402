import { posix } from "node:path";
import { parseToml } from "../../../../cargo/toml/toml.ts";
import { apply, type World } from "./evaluate.ts";
import {
  data,
  known,
  list,
  type Origin,
  plainText,
  root,
  type SetValue,
  Thunk,
  text,
  textOfData,
  type Value,
} from "./values.ts";

/** What the language and nixpkgs' library compute where their arguments are known. */
export type Library = {
  readonly world: World;
  /** The text of a file of the flake. */
  readonly read: (path: string) => string | undefined;
  readonly exists: (path: string) => boolean;
  readonly importPath: (path: string, at: Origin) => Value;
};

/** An argument is not known, so that the call remains a term. */
class Unknown extends Error {}

type Given = Library & { readonly at: Origin };
type Compute = (given: Given, ...args: readonly Thunk[]) => Value;

const setOf = (argument: Thunk): SetValue => {
  const value = argument.force();
  if (value.kind !== "set") throw new Unknown();
  return value;
};
const items = (argument: Thunk): readonly Thunk[] => {
  const value = argument.force();
  if (value.kind !== "list") throw new Unknown();
  return value.items;
};
const texts = (argument: Thunk): readonly string[] => items(argument).map(word);
function word(argument: Thunk): string {
  const found = plainText(argument.force());
  if (found === undefined) throw new Unknown();
  return found;
}
const flag = (argument: Thunk): boolean => {
  const value = argument.force();
  if (value.kind !== "data" || typeof value.value !== "boolean") throw new Unknown();
  return value.value;
};
const number = (argument: Thunk): number => {
  const value = argument.force();
  if (value.kind !== "data" || typeof value.value !== "number") throw new Unknown();
  return value.value;
};
const pathIn = (argument: Thunk): string => {
  const value = argument.force();
  if (value.kind !== "path") throw new Unknown();
  return value.path;
};
const call = ({ world, at }: Given, of: Thunk, ...args: readonly Thunk[]): Value =>
  args.reduce((value, argument) => apply(value, argument, { world, at }), of.force());
const later = ({ at }: Given, find: () => Value): Thunk => new Thunk(at, find);
const pair = (name: string, value: Thunk): Value => ({
  kind: "set",
  entries: new Map([
    ["name", known(text(name))],
    ["value", value],
  ]),
});
const fromPairs = (all: readonly Thunk[]): Value => ({
  kind: "set",
  entries: new Map(
    all.map((each) => {
      const { entries } = setOf(each);
      const [name, value] = [entries.get("name"), entries.get("value")];
      if (!name || !value) throw new Unknown();
      return [word(name), value];
    }),
  ),
});
const bool = (given: Given, of: Thunk, ...args: readonly Thunk[]): boolean =>
  flag(later(given, () => call(given, of, ...args)));

const functions: Readonly<Record<string, readonly [arity: number, compute: Compute]>> = {
  attrNames: [1, (_, of) => list([...setOf(of).entries.keys()].toSorted().map((name) => text(name)))],
  attrValues: [
    1,
    (_, of) => ({
      kind: "list",
      items: [...setOf(of).entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
    }),
  ],
  all: [2, (given, of, over) => data(items(over).every((item) => bool(given, of, item)))],
  any: [2, (given, of, over) => data(items(over).some((item) => bool(given, of, item)))],
  map: [
    2,
    (given, of, over) => ({
      kind: "list",
      items: items(over).map((item) => later(given, () => call(given, of, item))),
    }),
  ],
  filter: [
    2,
    (given, of, over) => ({ kind: "list", items: items(over).filter((item) => bool(given, of, item)) }),
  ],
  elem: [2, (_, item, over) => data(texts(over).includes(word(item)))],
  elemAt: [2, (_, over, at) => items(over)[number(at)]?.force() ?? data(null)],
  head: [1, (_, over) => items(over)[0]?.force() ?? data(null)],
  length: [1, (_, over) => data(items(over).length)],
  concatLists: [1, (_, over) => ({ kind: "list", items: items(over).flatMap(items) })],
  concatMap: [
    2,
    (given, of, over) => ({
      kind: "list",
      items: items(over).flatMap((item) => items(later(given, () => call(given, of, item)))),
    }),
  ],
  "foldl'": [
    3,
    (given, of, start, over) =>
      items(over)
        .reduce((sum, item) => later(given, () => call(given, of, sum, item)), start)
        .force(),
  ],
  concatStringsSep: [
    2,
    (_, by, over) =>
      text(
        ...items(over).flatMap((item, index) => (index === 0 ? [item.force()] : [word(by), item.force()])),
      ),
  ],
  concatMapStringsSep: [
    3,
    (given, by, of, over) =>
      text(
        ...items(over).flatMap((item, index) =>
          index === 0 ? [call(given, of, item)] : [word(by), call(given, of, item)],
        ),
      ),
  ],
  mapAttrs: [
    2,
    (given, of, over) => ({
      kind: "set",
      entries: new Map(
        [...setOf(over).entries].map(([name, value]) => [
          name,
          later(given, () => call(given, of, known(text(name)), value)),
        ]),
      ),
    }),
  ],
  "mapAttrs'": [
    2,
    (given, of, over) =>
      fromPairs(
        [...setOf(over).entries].map(([name, value]) =>
          later(given, () => call(given, of, known(text(name)), value)),
        ),
      ),
  ],
  mapAttrsToList: [
    2,
    (given, of, over) => ({
      kind: "list",
      items: [...setOf(over).entries].map(([name, value]) =>
        later(given, () => call(given, of, known(text(name)), value)),
      ),
    }),
  ],
  filterAttrs: [
    2,
    (given, of, over) => ({
      kind: "set",
      entries: new Map(
        [...setOf(over).entries].filter(([name, value]) => bool(given, of, known(text(name)), value)),
      ),
    }),
  ],
  genAttrs: [
    2,
    (given, names, of) => ({
      kind: "set",
      entries: new Map(
        texts(names).map((name) => [name, later(given, () => call(given, of, known(text(name))))]),
      ),
    }),
  ],
  nameValuePair: [2, (_, name, value) => pair(word(name), value)],
  listToAttrs: [1, (_, over) => fromPairs(items(over))],
  removeAttrs: [
    2,
    (_, of, names) => {
      const without = new Set(texts(names));
      return { kind: "set", entries: new Map([...setOf(of).entries].filter(([name]) => !without.has(name))) };
    },
  ],
  hasAttr: [2, (_, name, of) => data(setOf(of).entries.has(word(name)))],
  getAttr: [
    2,
    (_, name, of) => {
      const found = setOf(of).entries.get(word(name));
      if (!found) throw new Unknown();
      return found.force();
    },
  ],
  recursiveUpdate: [2, (given, left, right) => deepMerged(given, left.force(), right.force())],
  recursiveUpdateUntil: [3, (given, _, left, right) => deepMerged(given, left.force(), right.force())],
  optional: [2, (_, when, item) => ({ kind: "list", items: flag(when) ? [item] : [] })],
  optionals: [2, (_, when, over) => (flag(when) ? over.force() : list([]))],
  optionalAttrs: [2, (_, when, of) => (flag(when) ? of.force() : { kind: "set", entries: new Map() })],
  optionalString: [2, (_, when, of) => (flag(when) ? of.force() : text())],
  mkIf: [2, (_, when, of) => (flag(when) ? of.force() : { kind: "set", entries: new Map() })],
  flatten: [1, (_, over) => ({ kind: "list", items: flattened(items(over)) })],
  unique: [1, (_, over) => over.force()],
  hasSuffix: [2, (_, ending, of) => data(word(of).endsWith(word(ending)))],
  hasPrefix: [2, (_, start, of) => data(word(of).startsWith(word(start)))],
  hasInfix: [2, (_, part, of) => data(word(of).includes(word(part)))],
  removeSuffix: [
    2,
    (_, ending, of) =>
      text(word(of).endsWith(word(ending)) ? word(of).slice(0, -word(ending).length) : word(of)),
  ],
  removePrefix: [
    2,
    (_, start, of) => text(word(of).startsWith(word(start)) ? word(of).slice(word(start).length) : word(of)),
  ],
  replaceStrings: [
    3,
    (_, from, to, of) => {
      const [old, now] = [texts(from), texts(to)];
      return text(old.reduce((done, each, index) => done.replaceAll(each, now[index] ?? ""), word(of)));
    },
  ],
  id: [1, (_, of) => of.force()],
  makeOverridable: [2, (given, of, argument) => overridable(given, of, argument)],
  const: [2, (_, of) => of.force()],
  pipe: [
    2,
    (given, start, over) =>
      items(over)
        .reduce((at, of) => later(given, () => call(given, of, at)), start)
        .force(),
  ],
  isNull: [1, (_, of) => data(isNull(of.force()))],
  isAttrs: [1, (_, of) => data(kindIs(of, "set"))],
  isList: [1, (_, of) => data(kindIs(of, "list"))],
  isString: [1, (_, of) => data(kindIs(of, "text"))],
  pathExists: [1, ({ exists }, of) => data(exists(pathIn(of)))],
  readFile: [1, ({ read }, of) => text(read(pathIn(of)) ?? unknown())],
  fileContents: [1, ({ read }, of) => text((read(pathIn(of)) ?? unknown()).trimEnd())],
  fromTOML: [1, (_, of) => fromToml(word(of))],
  importTOML: [1, ({ read }, of) => fromToml(read(pathIn(of)) ?? unknown())],
  fromJSON: [1, (_, of) => fromData(JSON.parse(word(of)))],
  asText: [1, (_, of) => shown(of.force())],
  baseNameOf: [1, (_, of) => text(posix.basename(plainText(of.force()) ?? pathIn(of)))],
  dirOf: [1, (_, of) => ({ kind: "path", path: posix.dirname(pathIn(of)) })],
  import: [1, (given, of) => importedFile(given, of)],
  callPackage: [2, (given, of, more) => calledPackage(given, of.force(), more)],
};

/**
 * A function of `builtins`, of nixpkgs' `lib`, or of `pkgs` that computes what it can. Undefined for others.
 *
 * @param name its last name: `optionals`
 */
export function libraryFunction(name: string, at: Origin, library: Library): Value | undefined {
  const own = name === "toString" ? "asText" : name;
  const row = Object.hasOwn(functions, own) ? functions[own] : undefined;
  if (!row) return undefined;
  const [arity, compute] = row;
  const unsaid = root(`lib.${name}`, at);
  const taking = (args: readonly Thunk[]): Value => ({
    kind: "function",
    apply(argument) {
      const all = [...args, argument];
      if (all.length < arity) return taking(all);
      try {
        return compute({ ...library, at }, ...all);
      } catch (thrown) {
        if (thrown instanceof Unknown) return said(unsaid, all, at);
        throw thrown;
      }
    },
  });
  return taking([]);
}

function said(of: Value, args: readonly Thunk[], at: Origin): Value {
  return args.reduce<Value>(
    (value, argument) => ({ kind: "term", head: { kind: "call", of: value, argument }, path: [], at }),
    of,
  );
}

function unknown(): never {
  throw new Unknown();
}

function isNull(value: Value): boolean {
  if (value.kind === "term") throw new Unknown();
  return value.kind === "data" && value.value === null;
}

function kindIs(argument: Thunk, kind: Value["kind"]): boolean {
  const value = argument.force();
  if (value.kind === "term") throw new Unknown();
  return value.kind === kind;
}

function shown(value: Value): Value {
  if (value.kind === "text" || value.kind === "path") return value;
  if (value.kind === "data") return text(textOfData(value.value));
  throw new Unknown();
}

function flattened(all: readonly Thunk[]): readonly Thunk[] {
  return all.flatMap((each) => {
    const value = each.force();
    return value.kind === "list" ? flattened(value.items) : [each];
  });
}

function deepMerged(given: Given, left: Value, right: Value): Value {
  if (left.kind !== "set" || right.kind !== "set") {
    if (right.kind === "term" || left.kind === "term") throw new Unknown();
    return right;
  }
  const entries = new Map(left.entries);
  for (const [name, value] of right.entries) {
    const before = left.entries.get(name);
    const find = (): Value => {
      const [a, b] = [before?.force(), value.force()];
      return a?.kind === "set" && b.kind === "set" ? deepMerged(given, a, b) : b;
    };
    entries.set(name, before ? later(given, find) : value);
  }
  return { kind: "set", entries };
}

/** A set that can be had again with other arguments: `made.override { … }`. */
function overridable(given: Given, of: Thunk, argument: Thunk): Value {
  const made = call(given, of, argument);
  if (made.kind !== "set") return made;
  const override: Value = {
    kind: "function",
    apply(more) {
      const all = new Map([...setOf(argument).entries, ...setOf(more).entries]);
      return overridable(given, of, known({ kind: "set", entries: all }));
    },
  };
  return { kind: "set", entries: new Map([...made.entries, ["override", known(override)]]) };
}

/** `callPackage ./package.nix { }`: arguments that are not given are packages. */
function calledPackage(given: Given, of: Value, more: Thunk): Value {
  const made = of.kind === "path" ? given.importPath(of.path, given.at) : of;
  if (made.kind !== "function") throw new Unknown();
  const { parameter } = made;
  if (parameter?.kind !== "fields") return made.apply(more);
  const own = setOf(more).entries;
  const packages = root("pkgs", given.at);
  const entries = parameter.fields.flatMap(({ name, fallback }): (readonly [string, Thunk])[] => {
    const said = own.get(name);
    if (said) return [[name, said]];
    if (fallback) return [];
    const find = (): Value =>
      given.world.attribute(packages, name, given.at) ?? { ...packages, path: [name], at: given.at };
    return [[name, later(given, find)]];
  });
  return made.apply(known({ kind: "set", entries: new Map([...own, ...entries]) }));
}

/** A file of the flake, or a flake by its own path, which the world may know. */
function importedFile({ importPath, world, at }: Given, of: Thunk): Value {
  const value = of.force();
  if (value.kind === "path") return importPath(value.path, at);
  return world.called(root("lib.import", at), of, at) ?? unknown();
}

function fromToml(content: string): Value {
  const parsed = parseToml("file.toml", content);
  return parsed.ok ? fromData(parsed.value.table) : unknown();
}

function fromData(value: unknown): Value {
  if (typeof value === "string") return text(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return data(value);
  if (Array.isArray(value)) return list(value.map(fromData));
  if (typeof value !== "object") return data(null);
  return {
    kind: "set",
    entries: new Map(Object.entries(value).map(([name, each]) => [name, known(fromData(each))])),
  };
}
