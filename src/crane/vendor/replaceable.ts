import * as v from "valibot";
import type { CrateTree, Derivation, GitTree, Source, Tree } from "../../derivation/model.ts";
import { cargoEnvironment, world } from "../../derivation/world.ts";
import { type Hook, hookRuns, hookSchema, words } from "../arguments/arguments.ts";
import { recorded } from "../arguments/calls.ts";
import { checkArguments, type Schema } from "../arguments/refuse.ts";

declare const brand: unique symbol;

/** What of a crate or a checkout can be another. */
export type OverriddenAttrs = {
  /** The files instead: an input, a source, a step's output. Default: what the lock pins. */
  readonly src?: Source | GitTree | CrateTree | Derivation;
  /** Files with patches, relative to the project's root, applied in order. Default: none. */
  readonly patches?: readonly string[];
  /**
   * Shell text or commands that edit the files, after the patches, in a sandbox of their own. Default: none.
   */
  readonly postPatch?: Hook;
};

const schema = {
  src: v.optional(
    v.looseObject(
      { type: v.picklist(["source", "git", "crate", "derivation"]) },
      "a source, an input such as `git({ url, rev })`, or a step",
    ),
  ),
  patches: v.optional(words),
  postPatch: v.optional(hookSchema),
} satisfies Schema<OverriddenAttrs>;

type Replaceable<Kind extends string> = {
  readonly [brand]: Kind;
  /**
   * The same crate or checkout of the lock with other files. Said twice, the later counts, as in Nix.
   *
   * @throws Refused: `configuration-argument`
   * @example
   * overrideVendorCargoPackage: (lock, crate) =>
   *   lock.name === "itoa" ? crate.overrideAttrs({ patches: ["patches/itoa.patch"] }) : crate,
   */
  readonly overrideAttrs: (attrs: OverriddenAttrs) => Replaceable<Kind>;
};

/**
 * A checkout that the lock pins. There is no way to make one: an override returns the one that it is given.
 */
export type Checkout = Replaceable<"checkout">;

/** A crate of a registry that the lock pins. As with `Checkout`, there is no way to make one. */
export type VendoredCrate = Replaceable<"crate">;

/** What only this module knows of a value. */
type Secret = {
  /** Which crate or checkout of the lock it is. */
  readonly owner: symbol;
  /** The files that it has instead of the lock's; undefined: it has the lock's. */
  readonly to: Tree | undefined;
};

const secrets = new WeakMap<object, Secret>();

/** A crate or a checkout for an override, and the `owner` of all that its `overrideAttrs` gives. */
type ForOverride<Kind extends string> = { readonly value: Replaceable<Kind>; readonly owner: symbol };

/**
 * @param name for messages and the step of `postPatch`: `itoa v1.0.15`
 * @param original what the lock pins
 */
export function replaceable<Kind extends string>(name: string, original: Tree): ForOverride<Kind> {
  const owner = Symbol(name);
  const overridden = (attrs: OverriddenAttrs): Replaceable<Kind> => {
    const value = {
      overrideAttrs: (more: OverriddenAttrs) => {
        checkArguments("overrideAttrs", schema, more);
        return overridden({ ...attrs, ...more });
      },
    } as Replaceable<Kind>;
    const isSame = Object.keys(attrs).length === 0;
    secrets.set(value, { owner, to: isSame ? undefined : overriddenTree(name, original, attrs) });
    return Object.freeze(value);
  };
  return { value: overridden({}), owner };
}

/** What a value is, if this module made it. */
export function secretOf(value: unknown): Secret | undefined {
  return typeof value === "object" && value !== null ? secrets.get(value) : undefined;
}

/** A tree that knows what was said of it. */
function overriddenTree(name: string, original: Tree, attrs: OverriddenAttrs): Tree {
  return recorded({ ...treeOf(name, original, attrs) }, { verb: "overrideAttrs", args: attrs });
}

/** The tree that `overrideAttrs` describes: other files, then patches, then commands. */
function treeOf(name: string, original: Tree, { src, patches = [], postPatch }: OverriddenAttrs): Tree {
  const files = src === undefined ? original : filesOf(src);
  const [first, ...more] = patches;
  const patched: Tree =
    first === undefined ? files : { type: "patched", name, of: files, patches: [first, ...more] };
  const edits = hookRuns("postPatch", postPatch);
  return edits.length === 0 ? patched : { type: "output", of: editingStep(name, patched, edits) };
}

function filesOf(src: NonNullable<OverriddenAttrs["src"]>): Tree {
  return src.type === "derivation" ? { type: "output", of: src } : src;
}

/** Its commands see the files and the base system: what they leave depends on nothing undeclared. */
function editingStep(name: string, files: Tree, edits: Derivation["phases"]): Derivation {
  return {
    type: "derivation",
    name: `${name.replaceAll(" v", "-")}-patched`,
    phases: [
      { type: "run", name: "copy", argv: ["cp", "-R", `${world.source}/.`, world.out] },
      ...edits.map((edit) => ({ ...edit, cwd: world.out })),
    ],
    env: { ...cargoEnvironment, PATH: `${world.system}/bin` },
    mounts: { [world.source]: files, [world.system]: { type: "base-system" } },
  };
}
