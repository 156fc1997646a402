import { posix } from "node:path";
import { byArgument } from "../../../crane/arguments/craneForms.ts";
import { buildDepsOnlySchema } from "../../../crane/verbs/buildDepsOnly.ts";
import { buildPackageSchema } from "../../../crane/verbs/buildPackage.ts";
import { buildTrunkPackageSchema } from "../../../crane/verbs/buildTrunkPackage.ts";
import {
  cargoClippySchema,
  cargoDocSchema,
  cargoDocTestSchema,
  cargoFmtSchema,
  cargoTestSchema,
  taploFmtSchema,
} from "../../../crane/verbs/checks.ts";
import { cargoLlvmCovSchema, cargoTarpaulinSchema } from "../../../crane/verbs/coverage.ts";
import { cargoAuditSchema, cargoDenySchema } from "../../../crane/verbs/lockChecks.ts";
import { cargoSchema, mkCargoDerivationSchema } from "../../../crane/verbs/mkCargoDerivation.ts";
import { cargoNextestSchema } from "../../../crane/verbs/nextest.ts";
import { array, type Code, literal, object, property } from "./code.ts";
import { treeCode } from "./inputs.ts";
import {
  identityOf,
  plainText,
  type SetValue,
  saidOf,
  selected,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { sourceCode, sourceHas } from "./sources.ts";
import { packageCode, shellWords, textCode } from "./texts.ts";
import { libCode } from "./toolchains.ts";
import { type Variables, variableItems, variablesOf } from "./variables.ts";
import { vendorCode } from "./vendor.ts";
import { attempted, type CraneLib, constant, craneCall, given, leave, type Writing } from "./writing.ts";

/** Which arguments each function of `crane` takes. */
const taken: Readonly<Record<string, object>> = {
  buildDepsOnly: buildDepsOnlySchema,
  buildPackage: buildPackageSchema,
  buildTrunkPackage: buildTrunkPackageSchema,
  cargoAudit: cargoAuditSchema,
  cargoBuild: cargoSchema,
  cargoClippy: cargoClippySchema,
  cargoDeny: cargoDenySchema,
  cargoDoc: cargoDocSchema,
  cargoDocTest: cargoDocTestSchema,
  cargoFmt: cargoFmtSchema,
  cargoHakari: cargoSchema,
  cargoLlvmCov: cargoLlvmCovSchema,
  cargoNextest: cargoNextestSchema,
  cargoTarpaulin: cargoTarpaulinSchema,
  cargoTest: cargoTestSchema,
  mkCargoDerivation: mkCargoDerivationSchema,
  taploFmt: taploFmtSchema,
};

/** Whether a function of Crane's is one of Gantry's, too, that makes a step. */
export function isVerb(verb: string): boolean {
  return Object.hasOwn(taken, verb);
}

export type For = { readonly verb: string; readonly lib: CraneLib };

type Say = (
  w: Writing,
  thunk: Thunk,
  of: For & { readonly name: string; readonly src: Thunk | undefined },
) => Code | undefined;

const asItIs: Say = (_, thunk) => {
  const value = thunk.force();
  if (value.kind !== "data" || value.value === null)
    throw new Unclear(`\`${saidOf(value)}\` is not known`, thunk.at);
  return String(value.value);
};
const plain: Say = (w, thunk, { name }) => {
  const asked = crateName(w, thunk.force(), name);
  if (asked !== undefined) return asked === "" ? undefined : asked;
  const text = plainText(thunk.force());
  if (text === undefined) throw new Unclear(`\`${saidOf(thunk.force())}\` is not known`, thunk.at);
  return literal(text);
};
/** `inherit (craneLib.crateNameFromCargoToml { … }) pname version`: empty for what is the default. */
function crateName(w: Writing, value: Value, name: string): Code | undefined {
  const part = selected(value);
  const call = part?.name === name ? craneCall(w, part.of) : undefined;
  const argument = call?.verb === "crateNameFromCargoToml" ? call.argument.force() : undefined;
  if (!call || argument?.kind !== "set") return undefined;
  const [src, manifest] = ["src", "cargoToml"].map((key) => argument.entries.get(key));
  const file = manifest?.force();
  if (file?.kind === "path" && !file.path.includes("/")) return "";
  const source =
    file?.kind === "path"
      ? `${given(w, "fileset")}.automatic(${JSON.stringify(posix.dirname(file.path))})`
      : src && sourceCode(w, src, call.lib);
  return (
    source && [
      libCode(w, call.lib),
      ".crateNameFromCargoToml(",
      object([property("src", source)]),
      `).${name}`,
    ]
  );
}

const words: Say = (_, thunk) => {
  const value = thunk.force();
  const said =
    value.kind === "list" ? value.items.map((item) => plainText(item.force())) : [plainText(value)];
  if (said.some((each) => each === undefined))
    throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, thunk.at);
  const split = shellWords(said.join(" "));
  if (!split) throw new Unclear("it is more than words for the shell", thunk.at);
  return array(split.map((word) => JSON.stringify(word)));
};
const hook: Say = (w, thunk, { verb, name, lib, src }) => {
  const text = plainText(thunk.force());
  // What Gantry has a step do itself.
  if (verb === "cargoLlvmCov" && name === "preBuild" && text === "mkdir -p $out") return undefined;
  const code = textCode(w, thunk, { has: (path) => sourceHas(w, src, lib, path), isThere: true });
  return typeof code === "string" ? code.replace(/(?:\\n|\n)(?=["`]$)/, "") : code;
};
const nothing: Say = () => undefined;
const phase: Say = (_, thunk) => {
  const text = plainText(thunk.force());
  if (text === undefined) throw new Unclear("it is known to Nix alone", thunk.at);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return array(
    lines.map((line) => {
      const argv = shellWords(line) ?? ["sh", "-c", line];
      const name = argv[0] === "cargo" ? (argv[1] ?? "cargo") : (argv[0] ?? "run");
      const of = array(argv.map((word) => JSON.stringify(word)));
      return object(['type: "run"', property("name", JSON.stringify(name)), property("argv", of)]);
    }),
  );
};

/** Which program `nix run` starts is told where that is another than the package's. */
const program: Say = (w, thunk) => {
  const value = thunk.force();
  const main = value.kind === "set" ? value.entries.get("mainProgram") : undefined;
  if (main && plainText(main.force()) !== w.program)
    leave(
      w,
      main.at,
      "`meta.mainProgram`: `gantry run` starts the package's `default-run`, which Cargo.toml says",
    );
  return undefined;
};

/** How each argument of Crane's is said, and by which name. What has no row is left. */
const sayings: Readonly<Record<string, Say | readonly [name: string, say: Say]>> = {
  ...byArgument({ literal: asItIs, text: plain, words, hook, packages: packagesCode }),
  src: (w, thunk, { lib }) => sourceCode(w, thunk, lib),
  cargoArtifacts: (w, thunk) => {
    const value = thunk.force();
    return value.kind === "data" ? undefined : w.step(thunk);
  },
  cargoVendorDir: (w, thunk, { lib }) => vendorCode(w, thunk, lib),
  cargoLock: (_, thunk) => {
    const value = thunk.force();
    if (value.kind !== "path") throw new Unclear(`\`${saidOf(value)}\` is no file of the project`, thunk.at);
    return value.path === "Cargo.lock" ? undefined : JSON.stringify(value.path);
  },
  cargoToml: nothing,
  outputHashes: nothing,
  doInstallCargoArtifacts: nothing,
  meta: program,
  CARGO_PROFILE: ["cargoProfile", plain],
  rustFmtExtraArgs: (w, thunk, of) => {
    const code = words(w, thunk, of);
    return typeof code === "object" && "items" in code ? array(['"--check"', ...code.items]) : code;
  },
  trunkIndexPath: (w, thunk, of) => {
    const value = thunk.force();
    return value.kind === "path" ? JSON.stringify(value.path) : plain(w, thunk, of);
  },
  docInstallRoot: plain,
  // The lock's version is what Gantry takes by itself.
  "wasm-bindgen-cli": nothing,
  "advisory-db": (w, thunk) => treeCode(w, thunk),
  buildPhaseCargoCommand: phase,
  checkPhaseCargoCommand: phase,
  installPhaseCommand: phase,
  postUnpack: [
    "sourceRoot",
    (_, thunk) => {
      const text = plainText(thunk.force()) ?? "";
      const directory = /^cd \$\{?sourceRoot\}?\/(\S+)\s+sourceRoot="?\.?"?\s*$/.exec(text.trim())?.[1];
      if (directory === undefined) throw new Unclear("it is more than going into a directory", thunk.at);
      return JSON.stringify(directory);
    },
  ],
};

/** A list of packages, without those that cannot be said, which are told. Throws `Unclear` where Nix alone knows the list. */
export function packagesCode(w: Writing, thunk: Thunk): Code | undefined {
  const value = thunk.force();
  if (value.kind !== "list") throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, thunk.at);
  const items = value.items
    .map((item) => attempted(w, item.at, "a package", () => packageCode(w, item)))
    .filter((code) => code !== undefined)
    .filter((code, index, all) => all.indexOf(code) === index);
  return items.length === 0 ? undefined : array(items);
}

/** What became of a set of arguments that has a name. */
type Said = {
  readonly names: ReadonlySet<string>;
  readonly variables: Variables;
  /** What only some of those take that are called with it, and say themselves therefore. */
  readonly withheld: ReadonlyMap<string, Thunk>;
};

const sets = new WeakMap<Writing, Map<object, Said>>();

/** The arguments of a call as an object, which begins with those that several calls have: `{ ...commonArgs, cargoArtifacts }`. */
export function argumentsCode(w: Writing, thunk: Thunk, of: For): Code {
  const value = known(w, thunk);
  if (value.entries.size === 0) return object([]);
  const { base, own } = divided(w, value);
  if (base) w.users.set(base, (w.users.get(base) ?? new Set()).add(of.verb));
  const shared = base && isLayered(of.verb) ? sharedCode(w, base, of) : undefined;
  const isTaken = shared && [...shared.said.names].every((name) => takes(of.verb, name));
  if (!shared || !isTaken || !base)
    return object(itemsOf(w, { entries: value.entries, whole: value, ownNames: own }, of).items);
  const withheld = [...shared.said.withheld].filter(
    ([name]) => !own.has(name) && takes(of.verb, saidAs(name)),
  );
  const entries = new Map([...withheld, ...own]);
  const { items } = itemsOf(w, { entries, whole: value, shared: { ...shared, base } }, of);
  return items.length === 0 ? shared.code : object([["...", shared.code], ...items]);
}

function takes(verb: string, name: string): boolean {
  const schema = taken[verb];
  return schema === undefined || Object.hasOwn(schema, name);
}

/** Whether a function begins with a layer, or is one: these have their arguments in common. */
function isLayered(verb: string): boolean {
  return verb === "buildDepsOnly" || takes(verb, "cargoArtifacts");
}

/** What Gantry calls an argument of Crane's. */
function saidAs(name: string): string {
  const saying = Object.hasOwn(sayings, name) ? sayings[name] : undefined;
  return saying === undefined || typeof saying === "function" ? name : saying[0];
}

/** The set, without what of it is not known, which is told. */
function known(w: Writing, thunk: Thunk): SetValue {
  const value = thunk.force();
  if (value.kind === "set") return value;
  if (value.kind === "term" && value.head.kind === "operation" && value.head.operator === "//") {
    const { left, right } = value.head;
    const sides = [left, right].flatMap((side) => {
      const found = side.force();
      if (found.kind === "set" || (found.kind === "term" && found.head.kind === "operation"))
        return [known(w, side)];
      leave(w, side.at, `\`${saidOf(found)}\` among arguments`);
      return [];
    });
    const [first, second] = sides;
    if (first && second)
      return {
        kind: "set",
        entries: new Map([...first.entries, ...second.entries]),
        merged: [first, second],
      };
    if (first) return first;
  }
  throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, thunk.at);
}

type Divided = { readonly base?: SetValue; readonly own: ReadonlyMap<string, Thunk> };

/** What a set begins with that has a name, and what it has besides. */
function divided(w: Writing, value: SetValue, isInside = false): Divided {
  if (w.flake.world.names.has(identityOf(value)) && !isInside) return { base: value, own: new Map() };
  const [left, right] = value.merged ?? [];
  if (left?.kind !== "set" || right?.kind !== "set") return { own: value.entries };
  const first = divided(w, left);
  return { ...first, own: new Map([...first.own, ...right.entries]) };
}

type Shared = { readonly code: Code; readonly said: Said };

function sharedCode(w: Writing, base: SetValue, of: For): Shared {
  const known = sets.get(w) ?? new Map<object, Said>();
  sets.set(w, known);
  const users = [...(w.allUsers.get(base) ?? [of.verb])].filter(isLayered);
  const isCommon = (name: string) => users.every((verb) => takes(verb, saidAs(name)));
  const code = constant(w, base, { fallback: "common" }, () => {
    const { base: first, own } = divided(w, base, true);
    if (first) w.users.set(first, new Set([...(w.users.get(first) ?? []), ...users]));
    const before = first && sharedCode(w, first, of);
    const all = new Map([...(before?.said.withheld ?? []), ...own]);
    const entries = new Map([...all].filter(([name]) => isCommon(name)));
    const withheld = new Map([...all].filter(([name]) => !isCommon(name)));
    const given = before && first ? { shared: { ...before, base: first } } : {};
    const { items, names, variables } = itemsOf(w, { entries, whole: base, ...given }, { ...of, verb: "" });
    known.set(base, { names: new Set([...(before?.said.names ?? []), ...names]), variables, withheld });
    return object([...(before ? [["...", before.code] as const] : []), ...items]);
  });
  return { code, said: known.get(base) ?? { names: new Set(), variables: new Map(), withheld: new Map() } };
}

type Items = {
  readonly entries: ReadonlyMap<string, Thunk>;
  /** All arguments together. */
  readonly whole: SetValue;
  readonly shared?: Shared & { readonly base: SetValue };
  /** Those that the call itself names, where others come from a set that several have. */
  readonly ownNames?: ReadonlyMap<string, Thunk>;
};

/** What Crane's functions are given without use, as a rule by a set that several have. */
const idle: ReadonlySet<string> = new Set([
  ...["cargoArtifacts", "doCheck", "strictDeps", "pname", "version", "nativeBuildInputs", "buildInputs"],
  ...["cargoVendorDir", "cargoExtraArgs"],
]);

function itemsOf(w: Writing, { entries, whole, shared, ownNames = entries }: Items, of: For) {
  const items: Code[] = [];
  const names: string[] = [];
  const src = whole.entries.get("src");
  for (const [name, thunk] of entries) {
    if (name === "env" || isVariable(name)) continue;
    const saying = Object.hasOwn(sayings, name) ? sayings[name] : undefined;
    const [said, say] = typeof saying === "function" ? [name, saying] : (saying ?? [name, undefined]);
    const what = `\`${name}\`${of.verb === "" ? "" : ` of \`${of.verb}\``}`;
    if (!say) {
      leave(w, thunk.at, what);
      continue;
    }
    if (!takes(of.verb, said) && say !== program) {
      if (ownNames.has(name) && say !== nothing && !idle.has(name))
        leave(w, thunk.at, `${what}, which has no use for it`);
      continue;
    }
    const code = attempted(w, thunk.at, what, () => say(w, thunk, { ...of, name, src }));
    if (code === undefined && of.verb === "cargoAudit" && name === "advisory-db")
      throw new Unclear("it is not taken over without its database of advisories", thunk.at);
    if (code === undefined) continue;
    names.push(said);
    items.push(property(said, code));
  }
  const variables = variablesOf(w, whole, isVariable);
  const own = takes(of.verb, "env")
    ? variableItems(w, variables, {
        shared: shared && { ...shared, variables: shared.said.variables },
        lib: of.lib,
        inside: { has: (path) => sourceHas(w, src, of.lib, path), isThere: false },
      })
    : [];
  if (own.length > 0) names.push("env");
  return { items: [...items, ...own], names, variables };
}

/** What a derivation of Nix has as a variable without `env`. */
function isVariable(name: string): boolean {
  return /^[A-Z][A-Za-z0-9]*(?:_\w*)?$/.test(name) && name !== "CARGO_PROFILE";
}
