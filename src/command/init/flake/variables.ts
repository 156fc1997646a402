import { type Code, object, property } from "./code.ts";
import { plainText, type SetValue, type Thunk, type Value } from "./nix/values.ts";
import { type Inside, textCode } from "./texts.ts";
import { libCode } from "./toolchains.ts";
import { attempted, type CraneLib, type Writing } from "./writing.ts";

/** Variables by name. */
export type Variables = ReadonlyMap<string, Thunk>;

/** The variables among arguments: those of `env`, and attributes that are variables to Nix. */
export function variablesOf(
  w: Writing,
  { entries }: SetValue,
  isVariable: (name: string) => boolean,
): Variables {
  const all = new Map<string, Thunk>();
  for (const [name, thunk] of entries) {
    if (isVariable(name) && !isNull(w, name, thunk)) all.set(name, thunk);
    if (name !== "env") continue;
    const env = attempted(w, thunk.at, "`env`", () => thunk.force());
    if (env?.kind === "set") for (const [inner, value] of env.entries) all.set(inner, value);
  }
  return all;
}

/** An attribute that is null is no variable. */
function isNull(w: Writing, name: string, thunk: Thunk): boolean {
  const value = attempted(w, thunk.at, `the variable \`${name}\``, () => thunk.force());
  return value === undefined || (value.kind === "data" && value.value === null);
}

type Sharing = {
  /** What the arguments begin with. */
  readonly shared?: { readonly code: Code; readonly variables: Variables } | undefined;
  readonly lib: CraneLib;
  readonly inside: Inside;
};

/** `env: { … }`, of a set that begins with another's; none where both have the same. */
export function variableItems(
  w: Writing,
  variables: Variables,
  { shared, lib, inside }: Sharing,
): readonly Code[] {
  const before = shared?.variables ?? new Map<string, Thunk>();
  const isSame = ([name, thunk]: readonly [string, Thunk]) => before.get(name)?.force() === thunk.force();
  const changed = [...variables].filter((each) => !isSame(each));
  const gone = [...before.keys()].filter((name) => !variables.has(name));
  if (changed.length === 0 && gone.length === 0) return [];
  const isExtended = before.size > 0 && gone.length === 0;
  const all = isExtended ? changed : [...variables];
  const cross = crossVariables(new Map(all));
  const own = all.filter(([name]) => !cross.names.has(name));
  const items = own.flatMap(([name, thunk]): Code[] => {
    const code = attempted(w, thunk.at, `the variable \`${name}\``, () => textCode(w, thunk, inside));
    return code === undefined ? [] : [property(name, code)];
  });
  const made =
    cross.platform === undefined
      ? []
      : [`${libCode(w, lib)}.mkCrossToolchainEnv(${JSON.stringify(cross.platform)})`];
  if (made.length > 0 && items.length === 0 && !isExtended) return made.map((call) => `...${call}`);
  const spread = [
    ...(isExtended && shared ? [["...", shared.code, ".env"]] : []),
    ...made.map((call) => `...${call}.env`),
  ];
  return items.length + spread.length === 0 ? [] : [property("env", object([...spread, ...items]))];
}

/**
 * The variables that Gantry sets by itself for a platform: linkers and compilers of `pkgsCross`. With all of them, the runner
 * included, they were `mkCrossToolchainEnv`'s.
 */
export function crossVariables(variables: Variables): {
  readonly names: ReadonlySet<string>;
  readonly platform?: string;
} {
  const isOf = (name: string, pattern: RegExp) =>
    pattern.test(name) && isOfCross(variables.get(name)?.force());
  const names = [...variables.keys()].filter((name) =>
    isOf(name, /^(?:CARGO_TARGET_\w+_(?:LINKER|RUNNER|RUSTFLAGS)|(?:CC|CXX|AR)_\w+|(?:TARGET|HOST)_CC)$/),
  );
  const target = variables.get("CARGO_BUILD_TARGET");
  const platform = target && plainText(target.force());
  const runs = names.some((name) => name.endsWith("_RUNNER"));
  if (platform === undefined || !runs) return { names: new Set(names) };
  return { names: new Set([...names, "CARGO_BUILD_TARGET"]), platform };
}

function isOfCross(value: Value | undefined): boolean {
  if (value?.kind !== "text") return value !== undefined && isCross(value);
  return value.parts.some((part) => typeof part !== "string" && isCross(part));
}

function isCross(value: Value): boolean {
  const path =
    value.kind === "term" && value.head.kind === "root" && value.head.name === "pkgs" ? value.path : [];
  return path[0] === "pkgsCross" || path[0] === "qemu" || path.join(".") === "stdenv.cc";
}
