import type { CrateTree, Derivation, GitTree, Source, Tree } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { cargoEnvironment } from "../cargoArgs.ts";
import { argumentSchemas, checkArguments } from "../checkArguments.ts";
import { type Hook, hookRuns } from "../libContext.ts";

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

type Replaceable<Kind extends string> = {
  readonly [brand]: Kind;
  /**
   * The same crate or checkout of the lock with other files. Said twice, the later counts, as in Nix.
   *
   * @throws Refused, `configuration-argument`
   */
  readonly overrideAttrs: (attrs: OverriddenAttrs) => Replaceable<Kind>;
};

/**
 * A checkout that the lock pins. There is no way to make one: an override returns the one that it is given.
 */
export type Checkout = Replaceable<"checkout">;

/** A crate of a registry that the lock pins. As with `Checkout`, there is no way to make one. */
export type VendoredCrate = Replaceable<"crate">;

/** What only this module knows of a value: whose it is, and the files that it has instead of the lock's. */
type Secret = { readonly owner: symbol; readonly to: Tree | undefined };

const secrets = new WeakMap<object, Secret>();

/** @param name for messages and the step of `postPatch`: `itoa v1.0.15` */
export function replaceable<Kind extends string>(name: string, original: Tree): [Replaceable<Kind>, symbol] {
  const owner = Symbol(name);
  const make = (attrs: OverriddenAttrs): Replaceable<Kind> => {
    const made = {
      overrideAttrs: (more: OverriddenAttrs) => {
        checkArguments("overrideAttrs", argumentSchemas.overrideAttrs, more);
        return make({ ...attrs, ...more });
      },
    } as Replaceable<Kind>;
    const isSame = Object.keys(attrs).length === 0;
    secrets.set(made, { owner, to: isSame ? undefined : patched(name, original, attrs) });
    return Object.freeze(made);
  };
  return [make({}), owner];
}

/** What a value is, if this module made it. */
export function secretOf(value: unknown): Secret | undefined {
  return typeof value === "object" && value !== null ? secrets.get(value) : undefined;
}

/** The tree that `overrideAttrs` describes: other files, then patches, then commands. */
function patched(name: string, original: Tree, { src, patches = [], postPatch }: OverriddenAttrs): Tree {
  const files = src === undefined ? original : treeOf(src);
  const [first, ...more] = patches;
  const changed: Tree =
    first === undefined ? files : { type: "patched", name, of: files, patches: [first, ...more] };
  const edits = hookRuns("postPatch", postPatch);
  if (edits.length === 0) return changed;
  return { type: "output", of: edited(name, changed, edits) };
}

/**
 * Commands see the files, the base system, and nothing else: what they leave depends on nothing undeclared.
 */
function edited(name: string, files: Tree, edits: Derivation["phases"]): Derivation {
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

function treeOf(src: NonNullable<OverriddenAttrs["src"]>): Tree {
  return src.type === "derivation" ? { type: "output", of: src } : src;
}
