import { array, type Code, dataCode, object, property } from "./code.ts";
import { apply } from "./nix/evaluate.ts";
import {
  calledBy,
  known,
  namedCall,
  pathBelow,
  plainText,
  root,
  saidOf,
  selected,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";
import {
  attempted,
  type CraneLib,
  constant,
  craneCall,
  given,
  inputOf,
  leave,
  pathInPackages,
  type Writing,
} from "./writing.ts";

/** A toolchain of rust-overlay or fenix; undefined for what is none. */
function toolchainCode(w: Writing, value: Value): Code | undefined {
  const spec = toolchainOf(w, value);
  return spec && constant(w, value, { fallback: "toolchain" }, () => specCode(w, spec));
}

/** Whether it is a toolchain of rust-overlay or fenix. */
export function isToolchain(w: Writing, value: Value): boolean {
  return value.kind === "term" && toolchainOf(w, value) !== undefined;
}

/** Nixpkgs' own compiler, Cargo and their like, which a toolchain has, and the C compiler, which builds have. */
export function isRustOfPackages(value: Value): boolean {
  const name = pathInPackages(value)?.join(".") ?? "";
  return /^(?:rustPackages\.)?(?:rustc|cargo|clippy|rustfmt|rust-analyzer-unwrapped|rustup|gcc|stdenv\.cc)$/.test(
    name,
  );
}

type Spec =
  | { readonly file: string }
  | {
      readonly track: "stable" | "beta" | "nightly";
      readonly release: string;
      readonly profile?: string | undefined;
      readonly components: readonly string[];
      readonly targets: readonly string[];
    };

function specCode(w: Writing, spec: Spec): Code {
  const of = given(w, "toolchains");
  if ("file" in spec) return `${of}.fromFile(${JSON.stringify(spec.file)})`;
  const { track, release, profile, components, targets } = spec;
  const words = (all: readonly string[]) => array(all.map((each) => JSON.stringify(each)));
  const parts = [
    ...(profile !== undefined && profile !== "default" ? [property("profile", JSON.stringify(profile))] : []),
    ...(components.length > 0 ? [property("components", words(components))] : []),
    ...(targets.length > 0 ? [property("targets", words(targets))] : []),
  ];
  return [
    `${of}.${track}(${JSON.stringify(release)}`,
    ...(parts.length > 0 ? [", ", object(parts)] : []),
    ")",
  ];
}

function toolchainOf(w: Writing, value: Value): Spec | undefined {
  if (value.kind === "function") {
    const at = { file: "flake.nix", at: 0 };
    return toolchainOf(w, apply(value, known(root("pkgs")), { at, world: w.flake.world }));
  }
  const path = pathInPackages(value);
  if (path?.[0] === "rust-bin") return releaseOf(path.slice(1));
  const chosen = pathBelow(value, "toolchain");
  if (chosen) return { track: "nightly", release: "latest", profile: chosen[0], components: [], targets: [] };
  const named = namedCall(value);
  const [first] = named?.args ?? [];
  const call = /^pkgs\.rust-bin\.(.+)/.exec(named?.name ?? "")?.[1];
  if (call !== undefined && first) {
    const argument = first.force();
    if (call === "fromRustupToolchainFile")
      return argument.kind === "path" ? { file: argument.path } : undefined;
    if (call === "fromRustupToolchain") return fromFields(argument);
    if (call === "selectLatestNightlyWith" && argument.kind === "function")
      return toolchainOf(w, argument.apply(known(root("toolchain"))));
  }
  const overridden = calledBy(value);
  const of = overridden && selected(overridden.of);
  if (overridden && of?.name === "override" && overridden.path.length === 0) {
    const base = toolchainOf(w, of.of);
    if (!base || "file" in base) return base;
    const more = overridden.argument.force();
    return { ...base, components: words(more, "extensions"), targets: words(more, "targets") };
  }
  return ofFenix(w, value);
}

function releaseOf([track = "", release = "", profile]: readonly string[]): Spec | undefined {
  if (track !== "stable" && track !== "beta" && track !== "nightly") return undefined;
  return release === "" ? undefined : { track, release, profile, components: [], targets: [] };
}

function fromFields(argument: Value): Spec | undefined {
  if (argument.kind !== "set") return undefined;
  const word = (name: string): string | undefined => {
    const value = argument.entries.get(name)?.force();
    return value && plainText(value);
  };
  const channel = word("channel") ?? "";
  const [, track = "stable", date] = /^(stable|beta|nightly)(?:-(.+))?$/.exec(channel) ?? [];
  return {
    track: track === "beta" || track === "nightly" ? track : "stable",
    release: /^\d/.test(channel) ? channel : (date ?? "latest"),
    profile: word("profile"),
    components: words(argument, "components"),
    targets: words(argument, "targets"),
  };
}

function words(value: Value, name: string): readonly string[] {
  const list = value.kind === "set" ? value.entries.get(name)?.force() : value;
  return list?.kind === "list" ? list.items.flatMap((item) => plainText(item.force()) ?? []) : [];
}

/** Of fenix: `stable.toolchain`, `latest.withComponents [ … ]`, `combine [ … ]`, `fromToolchainFile { … }`. */
function ofFenix(w: Writing, value: Value): Spec | undefined {
  const call = calledBy(value);
  const path = fenixPath(w, call?.path.length === 0 ? call.of : value);
  if (!path) return undefined;
  const [first = "", second = ""] = path;
  const argument = call?.path.length === 0 ? call.argument : undefined;
  if (/^fromToolchainFile$|^fromManifestFile$/.test(first)) return argument && fileOf(argument);
  if (first === "combine") return argument && combined(w, argument);
  if (first === "toolchainOf") return argument && fromFields(argument.force());
  const track = trackOf(first);
  if (!track) return undefined;
  const plain = { track, release: "latest", targets: [] };
  if (second === "withComponents")
    return {
      ...plain,
      profile: "minimal",
      components: argument ? words(argument.force(), "").filter(isComponent) : [],
    };
  const profile = /^(minimal|default|complete)/.exec(first === "complete" ? first : second)?.[1];
  return { ...plain, profile: second === "toolchain" ? undefined : profile, components: [] };
}

function fenixPath(w: Writing, value: Value): readonly string[] | undefined {
  const of = inputOf(w, value);
  if (of?.input.role === "fenix") return of.path;
  const path = pathInPackages(value);
  return path?.[0] === "fenix" ? path.slice(1) : undefined;
}

function trackOf(name: string): "stable" | "beta" | "nightly" | undefined {
  if (name === "stable" || name === "beta") return name;
  return /^(latest|complete|default|minimal)$/.test(name) ? "nightly" : undefined;
}

function fileOf(argument: Thunk): Spec | undefined {
  const given = argument.force();
  if (given.kind !== "set") return undefined;
  const [file, dir] = ["file", "dir"].map((name) => given.entries.get(name)?.force());
  if (file?.kind === "path") return { file: file.path };
  return dir?.kind === "path"
    ? { file: `${dir.path === "." ? "" : `${dir.path}/`}rust-toolchain.toml` }
    : undefined;
}

const isComponent = (name: string): boolean => !["cargo", "rustc", "rust-std"].includes(name);

function combined(w: Writing, argument: Thunk): Spec | undefined {
  const list = argument.force();
  if (list.kind !== "list") return undefined;
  const components: string[] = [];
  const targets: string[] = [];
  let track: "stable" | "beta" | "nightly" | undefined;
  for (const item of list.items) {
    const path = fenixPath(w, item.force()) ?? [];
    const [first = "", second = "", third = ""] = path;
    track ??= trackOf(first === "targets" ? third : first);
    if (first === "targets") targets.push(second);
    else if (second !== "" && isComponent(second) && !/toolchain$/i.test(second)) components.push(second);
  }
  return track && { track, release: "latest", profile: "minimal", components, targets };
}

/** Crane's functions: `crane`, or those with another toolchain or more registries. */
export function libCode(w: Writing, lib: CraneLib): Code {
  const { from } = lib;
  if (!from) return given(w, "crane");
  const base = () => libCode(w, from.base);
  if (from.verb === "overrideToolchain") {
    const toolchain = attempted(w, from.argument.at, "a toolchain", () =>
      toolchainCode(w, from.argument.force()),
    );
    if (toolchain !== undefined)
      return constant(w, lib.value, { fallback: "lib" }, () => [
        base(),
        ".overrideToolchain(",
        toolchain,
        ")",
      ]);
    leave(w, from.argument.at, `the toolchain \`${saidOf(from.argument.force())}\``);
    return base();
  }
  if (from.verb === "appendCrateRegistries")
    return constant(w, lib.value, { fallback: "lib" }, () => [
      base(),
      ".appendCrateRegistries(",
      registries(w, from.argument),
      ")",
    ]);
  leave(w, from.argument.at, `\`${from.verb}\` of Crane's functions`);
  return base();
}

function registries(w: Writing, argument: Thunk): Code {
  const list = argument.force();
  if (list.kind !== "list") throw new Unclear("registries are a list", argument.at);
  return array(
    list.items.flatMap((item): Code[] => {
      const call = craneCall(w, item.force());
      if (!call?.verb.startsWith("registryFrom")) {
        leave(w, item.at, `the registry \`${saidOf(item.force())}\``);
        return [];
      }
      return [[`${given(w, "crane")}.${call.verb}(`, dataCode(call.argument.force()), ")"]];
    }),
  );
}
