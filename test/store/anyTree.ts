import fc from "fast-check";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import type { TreeFile } from "../../src/store/treeDigest.ts";

/** Files, links and empty directories with their texts: whatever may lie in a tree. */
export type AnyTree = { readonly files: readonly TreeFile[]; readonly texts: ReadonlyMap<Digest, string> };

type Spec = { [name: string]: Spec | Leaf };
type Leaf = { readonly text: string; readonly executable: boolean } | { readonly link: string };

const name = fc
  .stringMatching(/^[a-zA-Z0-9_é -]{1,8}$/)
  .filter((text) => text.trim() === text && text !== "");
const leaf = fc.oneof(
  fc.record({ text: fc.string({ maxLength: 20 }), executable: fc.boolean() }),
  fc.record({ link: fc.stringMatching(/^[a-z./]{1,10}$/) }),
);
const { tree } = fc.letrec<{ tree: Spec }>((tie) => ({
  tree: fc.dictionary(name, fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("tree")), {
    maxKeys: 5,
    noNullPrototype: true,
  }),
}));

export const anyTree: fc.Arbitrary<AnyTree> = tree.map((spec) => {
  const texts = new Map<Digest, string>();
  return { files: flatten(spec, "", texts), texts };
});

function flatten(spec: Spec, below: string, texts: Map<Digest, string>): TreeFile[] {
  return Object.entries(spec).flatMap(([key, child]): TreeFile[] => {
    const path = `${below}${key}`;
    if (isLink(child)) return [{ path, type: "symlink", target: child.link }];
    if (isText(child)) {
      const digest = digestOf(child.text);
      texts.set(digest, child.text);
      return [{ path, type: "file", digest, executable: child.executable }];
    }
    return Object.keys(child).length === 0
      ? [{ path, type: "directory" }]
      : flatten(child, `${path}/`, texts);
  });
}

function isLink(child: Spec | Leaf): child is { readonly link: string } {
  return "link" in child && typeof child.link === "string";
}

function isText(child: Spec | Leaf): child is { readonly text: string; readonly executable: boolean } {
  return "text" in child && typeof child.text === "string";
}
