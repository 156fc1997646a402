import { relative } from "node:path";
import { formatSourceId, type GitReference, parseSourceId } from "../../cargo/sourceId.ts";
import type { Hook } from "../../crane/arguments/arguments.ts";
import { type Call, callOf } from "../../crane/arguments/calls.ts";
import { isGitEntry, type LibContext, type LockEntry } from "../../crane/arguments/libContext.ts";
import { isRefused } from "../../crane/arguments/refuse.ts";
import type { SourceArgs } from "../../crane/arguments/sources.ts";
import type { OverriddenAttrs } from "../../crane/vendor/replaceable.ts";
import type { VendorMultipleCargoDepsArgs } from "../../crane/vendor/vendorCargoDeps.ts";
import type { GitTree, LockFile, Source, Tree, Vendor, VendorChange } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import {
  attrs,
  type Binding,
  bind,
  call,
  data,
  list,
  localPath,
  type Nix,
  set,
  string,
  text,
  word,
} from "../nix/nix.ts";
import { cannot, definedAs, type Scope, treeInput } from "./scope.ts";
import { sourceWord } from "./sources.ts";
import type { FlakeLib } from "./toolchains.ts";
import { type For, hookOf } from "./values.ts";

/** Which crates a step has. */
type Vendored = {
  readonly context: LibContext;
  readonly lib: FlakeLib;
  /** As the arguments give it, with its lock. */
  readonly src: Source;
  /** What of the call's arguments says more of the lock. */
  readonly args: SourceArgs;
  readonly vendor: Vendor | undefined;
  readonly call: Call | undefined;
};

/**
 * The value of `cargoVendorDir`; undefined where Crane finds the same out by itself. Repositories are inputs of the flake, so
 * that whoever evaluates it fetches them once, with their own keys: a URL does not say which of them are private.
 */
export function vendorDirectory(scope: Scope, vendored: Vendored): Nix | undefined {
  const { context, lib, src, args, vendor } = vendored;
  const made = vendor && callOf(vendor);
  if (made?.verb === "vendorMultipleCargoDeps") return multiple(scope, vendored, made);
  if (made && made.verb !== "vendorCargoDeps")
    return cannot(scope, `what \`${made.verb}\` gives is no \`cargoVendorDir\` in Crane`, {
      call: made,
      notes: ["Crane's function of that name gives a part of a directory, with its settings"],
      help: [
        "crane.vendorCargoDeps({ src })",
        'crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"] })',
      ],
    });
  const entries = entriesOf(scope, context, lockFileOf(src));
  const overrides = overridesOf(scope, vendored, entries);
  if (overrides.length === 0 && !made) return undefined;
  return definedAs(
    scope,
    "cargoVendorDir",
    call(
      { kind: "select", of: lib.lib, name: "vendorCargoDeps" },
      set([["src", sourceWord(scope, lib.lib, src)], ...lockEntriesOf(scope, args), ...overrides]),
    ),
  );
}

/** What a lock takes from elsewhere; nothing, and a problem, where it cannot be read. */
export function entriesOf(scope: Scope, context: LibContext, lock: LockFile): readonly LockEntry[] {
  const key = JSON.stringify(lock);
  const known = scope.locks.get(key) ?? readEntries(scope, context, lock);
  scope.locks.set(key, known);
  return known;
}

function readEntries(scope: Scope, context: LibContext, lock: LockFile): readonly LockEntry[] {
  try {
    return context.lock(lock);
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
    scope.problems.push(thrown.diagnostic);
    return [];
  }
}

/** The arguments that give another lock, and the workspace's place. */
export function lockEntriesOf(
  scope: Scope,
  { cargoLock, cargoLockContents, cargoLockParsed, sourceRoot }: SourceArgs,
): readonly (readonly [string, Nix])[] {
  const inRoot = sourceRoot === undefined ? undefined : sourceRoot.replace(/\/+$/, "");
  const entries: (readonly [string, Nix])[] = [];
  if (cargoLock !== undefined) entries.push(["cargoLock", fileOf(scope, cargoLock)]);
  else if (cargoLockContents !== undefined) entries.push(["cargoLockContents", text(cargoLockContents)]);
  else if (cargoLockParsed) {
    const help = ["give the lock as a file: cargoLock"];
    const said = data(cargoLockParsed) ?? cannot(scope, "`cargoLockParsed` is no plain data", { help });
    entries.push(["cargoLockParsed", said]);
  } else if (inRoot !== undefined) entries.push(["cargoLock", localPath(`${inRoot}/Cargo.lock`)]);
  if (inRoot !== undefined) entries.push(["cargoToml", localPath(`${inRoot}/Cargo.toml`)]);
  return entries;
}

function fileOf({ project }: Scope, path: string): Nix {
  return localPath(path.startsWith("/") ? relative(project.root, path) : path);
}

function multiple(scope: Scope, vendored: Vendored, made: Call): Nix {
  const { cargoLockList, cargoLockContentsList, cargoLockParsedList, standardLibrary } =
    made.args as VendorMultipleCargoDepsArgs;
  const { lib, vendor, context } = vendored;
  if (standardLibrary && !lib.toolchain)
    cannot(scope, "`standardLibrary` needs a toolchain that is named", {
      call: made,
      help: ['crane.overrideToolchain(toolchains.nightly("2026-05-15", { components: ["rust-src"] }))'],
    });
  const ofToolchain =
    standardLibrary && lib.toolchain
      ? [
          string(
            { kind: "select", of: lib.toolchain, name: "passthru.availableComponents.rust-src" },
            "/lib/rustlib/src/rust/library/Cargo.lock",
          ),
        ]
      : [];
  const files = [...(cargoLockList ?? []).map((path) => fileOf(scope, path)), ...ofToolchain];
  const locks = (vendor?.locks ?? []).filter(
    (lock): lock is Exclude<LockFile, { toolchain: unknown }> => !("toolchain" in lock),
  );
  const entries = locks.flatMap((lock) => entriesOf(scope, context, lock));
  return definedAs(
    scope,
    "cargoVendorDir",
    call(
      { kind: "select", of: lib.lib, name: "vendorMultipleCargoDeps" },
      set([
        // The registries that Cargo's settings name.
        ["cargoConfigs", { kind: "select", of: foundFiles(scope, vendored), name: "cargoConfigs" }],
        ...(files.length > 0 ? [["cargoLockList", list(files)] as const] : []),
        ...(cargoLockContentsList
          ? [["cargoLockContentsList", list(cargoLockContentsList.map((each) => text(each)))] as const]
          : []),
        ...(cargoLockParsedList
          ? [["cargoLockParsedList", data(cargoLockParsedList) ?? list([])] as const]
          : []),
        ...overridesOf(scope, vendored, entries),
      ]),
    ),
  );
}

function foundFiles(scope: Scope, { lib, src }: Vendored): Nix {
  return call({ kind: "select", of: lib.lib, name: "findCargoFiles" }, sourceWord(scope, lib.lib, src));
}

function overridesOf(
  scope: Scope,
  vendored: Vendored,
  entries: readonly LockEntry[],
): readonly (readonly [string, Nix])[] {
  const changes = vendored.vendor?.changes ?? [];
  const sources = [...new Set(entries.filter(isGitEntry).map(({ source }) => source))];
  const checkouts = sources.map((source) => {
    const change = changes.find((each) => each.kind === "checkout" && each.source === source);
    return [
      sourceCondition(source),
      change ? overriddenBy(scope, vendored, change) : inputOf(scope, source),
    ] as const;
  });
  const packages = changes
    .filter((each) => each.kind === "package")
    .map((change) => [packageCondition(change, entries), overriddenBy(scope, vendored, change)] as const);
  return [
    ...(packages.length > 0 ? [["overrideVendorCargoPackage", override("p", packages)] as const] : []),
    ...(checkouts.length > 0
      ? [["overrideVendorGitCheckout", override("ps", checkouts, [isFrom])] as const]
      : []),
  ];
}

type Case = readonly [condition: Nix, attributes: Nix];

/**
 * A function of the lock's entry, or entries, and the derivation, which it gives back unless a case holds.
 *
 * @param helpers what the conditions call. Default: nothing
 */
function override(parameter: string, cases: readonly Case[], helpers: readonly Binding[] = []): Nix {
  const chain = cases.reduceRight<Nix>(
    (rest, [condition, attributes]) => ({
      kind: "if",
      condition,
      yes: call("drv.overrideAttrs", lambda("_", attributes)),
      no: rest,
    }),
    word("drv"),
  );
  const body: Nix = helpers.length === 0 ? chain : { kind: "let", bindings: helpers, body: chain };
  return lambda(parameter, lambda("drv", body));
}

/** `ps` is a list, since one repository can hold several packages. */
const isFrom: Binding = bind(
  "isFrom",
  lambda("source", call("lib.any", lambda("p", equal("p.source", word("source"))), word("ps"))),
);

function lambda(parameter: string, body: Nix): Nix {
  return { kind: "function", parameter, body };
}

function equal(name: string, to: Nix): Nix {
  return { kind: "operation", operator: "==", left: word(name), right: to };
}

function sourceCondition(source: string): Nix {
  return call("isFrom", string(decoded(source)));
}

/** As Crane hands sources on: names of branches and tags are not encoded. */
function decoded(source: string): string {
  const id = parseSourceId(source);
  return id ? formatSourceId(id, { encoded: false }) : source;
}

function packageCondition(
  { name, version, source }: VendorChange & { readonly kind: "package" },
  entries: readonly LockEntry[],
): Nix {
  const sameName = entries.filter((each) => each.name === name);
  const is = (attribute: string, value: string) => equal(`p.${attribute}`, string(value));
  const isOther = sameName.some((each) => each.version === version && each.source !== source);
  const parts = [is("name", name), is("version", version), ...(isOther ? [is("source", source)] : [])];
  return parts.reduce((left, right) => ({ kind: "operation", operator: "&&", left, right }));
}

/** What a checkout of the lock is fetched as. */
function inputOf(scope: Scope, source: string): Nix {
  const id = parseSourceId(source);
  if (id?.kind !== "git" || id.commit === undefined) return attrs([]);
  const { url, commit, reference } = id;
  return set([["src", gitInput(scope, { url, rev: commit, reference })]]);
}

type Pinned = {
  readonly url: string;
  readonly rev: string;
  readonly reference?: GitReference;
  readonly name?: string;
};

/** A repository at a commit as an input of the flake, with its submodules, as Cargo has them. */
function gitInput(scope: Scope, { url, rev, reference, name }: Pinned): Nix {
  const ref =
    reference?.kind === "branch"
      ? [`ref=${encodeURIComponent(reference.name)}`]
      : reference?.kind === "tag"
        ? [`ref=${encodeURIComponent(`refs/tags/${reference.name}`)}`]
        : ["allRefs=1"];
  const query = [...ref, `rev=${rev}`, "submodules=1"].join("&");
  const last = url.replace(/\/+$/, "").split(/[/:]/).at(-1) ?? "";
  return treeInput(scope, name ?? last.replace(/\.git$/, ""), `git+${url}?${query}`);
}

/** The attributes that an override gives a crate or a checkout. */
function overriddenBy(scope: Scope, vendored: Vendored, { to, kind, ...change }: VendorChange): Nix {
  const made = callOf(to);
  const { src, patches = [], postPatch } = (made?.args ?? {}) as OverriddenAttrs;
  const what = `the override of \`${"name" in change ? change.name : change.source}\``;
  const of: For = { what, call: vendored.call, packages: [] };
  const files = src ? treeWord(scope, vendored, src) : undefined;
  const changed: (readonly [string, Nix])[] = [];
  // Crane's crates of registries have an `unpackPhase`, which looks at no `src`.
  if (files && kind === "package")
    changed.push(["unpackPhase", text("cp --recursive --no-preserve=mode ", files, " crate")]);
  else if (files) changed.push(["src", files]);
  else if (kind === "checkout") {
    const input = inputOf(scope, change.source);
    const [first] = input.kind === "attrs" ? input.bindings : [];
    if (first?.kind === "binding") changed.push(["src", first.value]);
  }
  if (patches.length > 0) changed.push(["patches", list(patches.map((path) => fileOf(scope, path)))]);
  if (postPatch !== undefined) changed.push(["postPatch", hookOf(scope, postPatch as Hook, of)]);
  return set(changed);
}

function treeWord(scope: Scope, { lib, call: at }: Vendored, tree: NonNullable<OverriddenAttrs["src"]>): Nix {
  if (tree.type === "git") return gitTree(scope, tree);
  if (tree.type === "source") return sourceWord(scope, lib.lib, tree);
  if (tree.type === "crate") {
    const { name, version, source, checksum } = tree;
    const args = set(
      Object.entries({ name, version, source, checksum }).map(([key, of]) => [key, string(of)] as const),
    );
    return call({ kind: "select", of: lib.lib, name: "downloadCargoPackage" }, args);
  }
  return cannot(scope, "a step as the `src` of an override has no counterpart in a flake", {
    call: callOf(tree) ?? at,
    help: [
      "take an input: git({ url, rev })",
      'or change the files by patches: overrideAttrs({ patches: ["patches/fix.patch"] })',
    ],
  });
}

function gitTree(scope: Scope, { name, url, rev, reference }: GitTree): Nix {
  return gitInput(scope, { name, url, rev, ...(reference && { reference }) });
}

/** A tree as an input: what an advisory database is. */
export function treeOf(scope: Scope, lib: Nix, tree: Tree, at: Call | undefined): Nix {
  if (tree.type === "git") return gitTree(scope, tree);
  if (tree.type === "source") return sourceWord(scope, lib, tree);
  return cannot(scope, "an advisory database must be a repository or a directory in a flake", {
    call: at,
    help: ['git({ url: "https://github.com/rustsec/advisory-db", rev: "…" })'],
  });
}
