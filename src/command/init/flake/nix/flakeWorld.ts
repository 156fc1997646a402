import { posix } from "node:path";
import { type Diagnostic, diagnostic, placeAt } from "../../../../base/diagnostic.ts";
import { err, ok, type Result } from "../../../../base/result.ts";
import { parseNix } from "../../../../eject/nix/parse.ts";
import { apply, evaluate, type Scope, type World } from "./evaluate.ts";
import { type Library, libraryFunction } from "./library.ts";
import {
  data,
  known,
  list,
  nowhere,
  type Origin,
  pathBelow,
  plainText,
  root,
  set,
  type Term,
  Thunk,
  text,
  Unclear,
  type Value,
} from "./values.ts";

/** An input of a flake, and which of those that everybody uses it is. */
export type FlakeInput = {
  readonly name: string;
  readonly url: string | undefined;
  readonly isTree: boolean;
  readonly role: Role;
};

type Role =
  | "nixpkgs"
  | "crane"
  | "rust-overlay"
  | "fenix"
  | "git-hooks"
  | "flake-utils"
  | "flake-parts"
  | "systems"
  | "other";

/** A flake that was read. */
export type ReadFlake = {
  readonly inputs: ReadonlyMap<string, FlakeInput>;
  readonly outputs: Value;
  readonly world: World;
  /** Texts of the files that were read, by their names. */
  readonly texts: ReadonlyMap<string, string>;
  /** What stands for each package of nixpkgs that has no row in Gantry's table, by its name there. */
  readonly packages: Map<string, Value>;
  /** What was decided on the way, with its place. */
  readonly decided: Map<string, Origin>;
};

/** Descriptions are for Linux, and the same on every machine. */
export const system = "x86_64-linux";

type Files = {
  readonly read: (path: string) => string | undefined;
  readonly exists: (path: string) => boolean;
};

/**
 * What a flake offers, with all that is not in its own files as terms.
 *
 * Errors: `nix-syntax`; `flake-unread`, where it has no outputs that can be followed.
 */
export function readFlake({ read, exists }: Files): Result<ReadFlake> {
  const texts = new Map<string, string>();
  const decided = new Map<string, Origin>();
  const names = new Map<object, string>();
  const imported = new Map<string, Value>();
  const inputs = new Map<string, FlakeInput>();
  const roleOf = (term: Term): Role | undefined =>
    term.head.kind === "root" ? inputs.get(term.head.name.replace(/^input:/, ""))?.role : undefined;
  let outputs: Thunk = new Thunk(nowhere, () => data(null));

  const world: World = {
    names,
    attribute: (term, name, at) =>
      attributeOf({ term, name, at }, { roleOf, library, outputs: () => outputs, decided }),
    called: (term, argument, at) => calledTerm({ term, argument, at }, { roleOf, library }),
  };
  const importPath = (path: string, at: Origin): Value => {
    const file = texts.has(path) || read(path) !== undefined ? path : posix.join(path, "default.nix");
    const known = imported.get(file);
    if (known) return known;
    if (texts.has(file)) throw new Unclear(`\`${file}\` imports itself`, at);
    const content = read(file);
    if (content === undefined)
      throw new Unclear(`\`${path.endsWith(".nix") || !exists(path) ? path : file}\` cannot be read`, at);
    texts.set(file, content);
    const parsed = parseNix(file, content);
    if (!parsed.ok) throw new Unreadable(parsed.error);
    const value = evaluate(parsed.value, baseScope(file, library), world);
    imported.set(file, value);
    return value;
  };
  const library: Library = { world, read, exists, importPath };

  try {
    const flake = importPath("flake.nix", nowhere);
    if (flake.kind !== "set") throw new Unclear("a flake is a set", nowhere);
    for (const input of inputsOf(flake.entries.get("inputs")?.force())) inputs.set(input.name, input);
    const made = flake.entries.get("outputs");
    if (!made) throw new Unclear("it has no `outputs`", nowhere);
    const self = root("self");
    const wanted = made.force();
    const fields =
      wanted.kind === "function" && wanted.parameter?.kind === "fields" ? wanted.parameter.fields : [];
    // The registry knows what is not among `inputs`.
    for (const { name } of fields)
      if (name !== "self" && !inputs.has(name))
        inputs.set(name, { name, url: undefined, isTree: false, role: roleFor(name, name) });
    const given = Object.fromEntries([...inputs.keys()].map((name) => [name, root(`input:${name}`)]));
    outputs = new Thunk(made.at, () => apply(wanted, known(set({ ...given, self })), { world, at: made.at }));
    return ok({ inputs, outputs: outputs.force(), world, texts, decided, packages: new Map() });
  } catch (thrown) {
    if (thrown instanceof Unreadable) return err(thrown.diagnostic);
    if (thrown instanceof Unclear) return err(unread(thrown, texts));
    throw thrown;
  }
}

/** A file that is not Nix. */
class Unreadable extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

function unread({ message, at }: Unclear, texts: ReadonlyMap<string, string>): Diagnostic {
  return diagnostic("flake-unread", `what \`flake.nix\` offers cannot be followed: ${message}`, {
    place: placeAt(at.file, texts.get(at.file) ?? "", at.at),
    notes: ["it is read without Nix, which knows what other flakes give"],
    help: ["write the configuration from the project itself: gantry init"],
    status: 2,
  });
}

function baseScope(file: string, library: Library): Scope {
  const at = { file, at: 0 };
  const names = new Map<string, Thunk>();
  const add = (name: string, value: Value) => names.set(name, known(value, at));
  for (const name of ["map", "import", "toString", "baseNameOf", "dirOf", "removeAttrs", "isNull"])
    add(name, libraryFunction(name, at, library) ?? root(name, at));
  for (const name of ["throw", "abort", "derivation", "fetchTarball", "fetchGit", "placeholder"])
    add(name, root(name, at));
  add("builtins", root("builtins", at));
  for (const [name, value] of [
    ["true", true],
    ["false", false],
    ["null", null],
  ] as const)
    add(name, data(value));
  return { file, names };
}

function inputsOf(inputs: Value | undefined): readonly FlakeInput[] {
  if (inputs?.kind !== "set") return [];
  return [...inputs.entries].map(([name, thunk]) => {
    const value = thunk.force();
    const field = (key: string): Value | undefined =>
      value.kind === "set" ? value.entries.get(key)?.force() : undefined;
    const url = plainText(field("url") ?? data(null)) ?? urlOf(value);
    const flag = field("flake");
    const isTree = flag?.kind === "data" && flag.value === false;
    return { name, url, isTree, role: isTree ? "other" : roleFor(name, url ?? name) };
  });
}

/** `{ type = "github"; owner; repo; }`. */
function urlOf(value: Value): string | undefined {
  if (value.kind !== "set") return undefined;
  const word = (key: string) => plainText(value.entries.get(key)?.force() ?? data(null));
  const [type, owner, repo] = [word("type"), word("owner"), word("repo")];
  return type !== undefined && owner !== undefined && repo !== undefined
    ? `${type}:${owner}/${repo}`
    : undefined;
}

function roleFor(name: string, url: string): Role {
  const known: readonly (readonly [RegExp, Role])[] = [
    [/ipetkov\/crane|^crane$/, "crane"],
    [/rust-overlay$|rust-overlay[/?]/, "rust-overlay"],
    [/fenix/, "fenix"],
    [/git-hooks|pre-commit-hooks/, "git-hooks"],
    [/flake-utils/, "flake-utils"],
    [/flake-parts/, "flake-parts"],
    [/nix-systems\/|^systems$/, "systems"],
    [/nixpkgs/i, "nixpkgs"],
  ];
  return known.find(([pattern]) => pattern.test(url))?.[1] ?? (name === "nixpkgs" ? "nixpkgs" : "other");
}

type Asked = { readonly term: Term; readonly name: string; readonly at: Origin };
type Known = {
  readonly roleOf: (term: Term) => Role | undefined;
  readonly library: Library;
  readonly outputs: () => Thunk;
  readonly decided: Map<string, Origin>;
};

/** Of the machine that a description is for. */
const facts: Readonly<Record<string, boolean | string>> = {
  isLinux: true,
  isDarwin: false,
  isMacOS: false,
  isWindows: false,
  isx86_64: true,
  isAarch64: false,
  isAarch32: false,
  isUnix: true,
  system,
  config: "x86_64-unknown-linux-gnu",
};
const platforms: ReadonlySet<string> = new Set(["hostPlatform", "targetPlatform", "buildPlatform", "stdenv"]);

function attributeOf(
  { term, name, at }: Asked,
  { roleOf, library, outputs, decided }: Known,
): Value | undefined {
  const { head, path } = term;
  if (head.kind !== "root") return undefined;
  if (head.name === "builtins") {
    if (name === "currentSystem") return text(system);
    return libraryFunction(name, at, library) ?? root(`lib.${name}`, at);
  }
  if (head.name === "self" && path.length === 0) {
    const all = outputs().force();
    const found = all.kind === "set" ? all.entries.get(name)?.force() : undefined;
    return found ?? undefined;
  }
  if (head.name === "self'" && path.length === 0) {
    if (name === "pre-commit") return root("pre-commit", at);
    const all = outputs().force();
    const kind = all.kind === "set" ? all.entries.get(name)?.force() : undefined;
    return kind?.kind === "set" ? kind.entries.get(system)?.force() : undefined;
  }
  if (head.name === "inputs" || head.name === "inputs'")
    return path.length === 0 ? root(name === "self" ? name : `input:${name}`, at) : undefined;
  if (head.name === "pkgs") {
    if (path.length === 0 && name === "lib") return root("lib", at);
    if (path.length === 0 && (name === "callPackage" || name === "pkgs"))
      return name === "pkgs" ? term : libraryFunction(name, at, library);
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    const isOfPlatform = path.length > 0 && path.every((each) => platforms.has(each));
    if (fact === undefined || !(isOfPlatform || (path.length === 0 && name === "system"))) return undefined;
    if (typeof fact === "string") return text(fact);
    if (!decided.has(name)) decided.set(name, at);
    return data(fact);
  }
  if (head.name === "lib") {
    if (name === "currentSystem") return text(system);
    if (path.join(".") === "systems" && /^(flakeExposed|doubles)$/.test(name)) return systems;
    const isPlain = path.every((each) => /^(strings|lists|attrsets|trivial|lib|customisation)$/.test(each));
    return isPlain ? libraryFunction(name, at, library) : undefined;
  }
  const role = roleOf(term);
  if (role === "nixpkgs") {
    if (path.length === 0 && name === "lib") return root("lib", at);
    if (path[0] === "legacyPackages" && path.length === 1) return root("pkgs", at);
  }
  if (role === "flake-utils" && path[0] === "lib") {
    if (path.length === 1 && /^(defaultSystems|allSystems)$/.test(name)) return systems;
    if (path[1] === "system") return text(name);
    if (/^each(Default)?System(PassThrough)?$/.test(name)) return eachSystem(name, at, library);
  }
  return undefined;
}

const systems = list([text(system)]);

/** Of flake-utils: a function that is asked for each system, here for one. */
function eachSystem(name: string, at: Origin, { world }: Library): Value {
  const passes = name.endsWith("PassThrough");
  const each: Value = {
    kind: "function",
    apply(made) {
      const outputs = apply(made.force(), known(text(system)), { at, world });
      if (passes || outputs.kind !== "set") return outputs;
      const entries = [...outputs.entries].map(
        ([kind, value]) => [kind, known(set({ [system]: value }), value.at)] as const,
      );
      return { kind: "set", entries: new Map(entries) };
    },
  };
  return name.includes("Default") ? each : { kind: "function", apply: () => each };
}

type CalledTerm = { readonly term: Term; readonly argument: Thunk; readonly at: Origin };

function calledTerm(
  { term, argument, at }: CalledTerm,
  { roleOf, library }: Pick<Known, "roleOf" | "library">,
): Value | undefined {
  const { path } = term;
  if (pathBelow(term, "lib.import")) {
    const imported = argument.force();
    const role = imported.kind === "term" && imported.path.length === 0 ? roleOf(imported) : undefined;
    if (role === "systems") return systems;
    // `import nixpkgs { … }`
    if (role === "nixpkgs") return { kind: "function", apply: () => root("pkgs", at) };
    if (role === "fenix") return { kind: "function", apply: () => imported };
  }
  if (pathBelow(term, "pkgs") && /^(extend|appendOverlays)$/.test(path.join("."))) return root("pkgs", at);
  if (roleOf(term) === "flake-parts" && path.join(".") === "lib.mkFlake")
    return { kind: "function", apply: (module) => flakeOfModule(module, at, library) };
  return undefined;
}

/** Of flake-parts: `perSystem` for one system, and `flake`; of modules those that are the flake's own. */
function flakeOfModule(given: Thunk, at: Origin, library: Library): Value {
  const { world } = library;
  const ask = (value: Value, args: Readonly<Record<string, Value>>): Value =>
    value.kind === "function" ? apply(value, known(set(args)), { at, world }) : value;
  const top = {
    config: root("config", at),
    inputs: root("inputs", at),
    lib: root("lib", at),
    self: root("self", at),
  };
  const modules: ReadonlyMap<string, Thunk>[] = [];
  const collect = (value: Value): void => {
    const module = ask(value.kind === "path" ? library.importPath(value.path, at) : value, {
      ...top,
      withSystem: root("withSystem", at),
      "flake-parts-lib": root("flake-parts-lib", at),
    });
    // A module of another flake's.
    if (module.kind !== "set") return;
    modules.push(module.entries);
    const imports = module.entries.get("imports")?.force();
    if (imports?.kind === "list") for (const each of imports.items) collect(each.force());
  };
  collect(given.force());
  const packages = root("pkgs", at);
  const kinds = new Map<string, Map<string, Thunk>>();
  const places = new Map<string, Origin>();
  const add = (kind: string, value: Thunk): void => {
    if (!places.has(kind)) places.set(kind, value.at);
    const inner = value.force();
    const there = kinds.get(kind) ?? new Map<string, Thunk>();
    if (inner.kind === "set") for (const [name, each] of inner.entries) there.set(name, each);
    else there.set("", value);
    kinds.set(kind, there);
  };
  for (const module of modules) {
    const per = module.get("perSystem")?.force();
    if (!per) continue;
    const perArgs = {
      ...top,
      pkgs: packages,
      system: text(system),
      "self'": root("self'", at),
      "inputs'": root("inputs'", at),
      config: root("self'", at),
    };
    const made = ask(per, perArgs);
    if (made.kind === "set") for (const [kind, value] of made.entries) add(kind, value);
  }
  const entries = new Map<string, Thunk>();
  for (const [kind, all] of kinds) {
    const value = all.get("")?.force() ?? { kind: "set" as const, entries: all };
    entries.set(kind, known(set({ [system]: known(value, places.get(kind)) }), places.get(kind)));
  }
  for (const module of modules) {
    const own = module.get("flake")?.force();
    if (own?.kind === "set") for (const [kind, value] of own.entries) entries.set(kind, value);
  }
  return { kind: "set", entries };
}
