import type { Derivation } from "../../derivation/derivation.ts";
import type { Tree } from "../../derivation/tree.ts";
import { cargoEnvironment } from "../cargoEnvironment.ts";
import { hookRuns } from "../hook.ts";
import type { OverriddenAttrs } from "./replaceable.ts";

/** The tree that `overrideAttrs` describes: other files, then patches, then commands. */
export function patched(
  name: string,
  original: Tree,
  { src, patches = [], postPatch }: OverriddenAttrs,
): Tree {
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
  const out = "/build/out";
  return {
    type: "derivation",
    name: `${name.replaceAll(" v", "-")}-patched`,
    phases: [
      { type: "run", name: "copy", argv: ["cp", "-R", "/build/source/.", out] },
      ...edits.map((edit) => ({ ...edit, cwd: out })),
    ],
    env: { ...cargoEnvironment, PATH: "/usr/bin" },
    mounts: { "/build/source": files, "/usr": { type: "base-system" } },
  };
}

function treeOf(src: NonNullable<OverriddenAttrs["src"]>): Tree {
  return src.type === "derivation" ? { type: "output", of: src } : src;
}
