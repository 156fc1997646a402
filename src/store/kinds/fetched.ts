import * as v from "valibot";
import { digest, fields, list } from "../../base/schemas.ts";
import { recordKind } from "./recordKind.ts";
import { scan, text, texts, treeOf } from "./schemas.ts";

/** What is remembered of what was fetched: crates, checkouts, components of toolchains, images. */
export const fetchedKinds = {
  /** A crate's checksum and name: what is in it. */
  crate: recordKind(treeOf),
  /** The crates of a step with their checksums: the digest of all their trees. */
  "crates-digest": recordKind({ version: 1, isDerived: true, schema: digest }),
  /** The same: those trees, each with where it belongs in a directory of vendored crates. */
  "crate-trees": recordKind({ version: 1, isDerived: true, schema: list(v.strictTuple([text, digest])) }),
  /** The tree of a crate: the same as Cargo unpacks it in its home. */
  "plain-crate": recordKind({ ...treeOf, isDerived: true }),
  /** A directory of vendored crates: what reading it showed. */
  vendored: recordKind({ version: 3, schema: scan }),
  /** A crate, its published tree where that is there, and the files of a vendored copy: the tree to take. */
  "vendored-copy": recordKind({ ...treeOf, isDerived: true }),
  /** A tree that is a copy, and not what was published: where the copy lies, as people call it. */
  "copied-from": recordKind({ version: 1, schema: text }),
  /** A repository and a commit. */
  git: recordKind({ ...treeOf, version: 2 }),
  /** The tree of a checkout, a package in it, and all that are taken from it. */
  "git-package": recordKind({ ...treeOf, version: 3, isDerived: true }),
  /** The tree of a crate: what of it runs while its users are compiled; null: nothing. */
  "crate-scripts": recordKind({
    version: 1,
    isDerived: true,
    schema: v.nullable(fields({ kind: text, files: digest, code: digest, shows: texts })),
  }),
  /** The checksum of a crate and its name: when it was published, as a registry says. */
  published: recordKind({ version: 1, schema: text }),
  /** A database of advisories: the day of the newest. */
  advisories: recordKind({ version: 1, isDerived: true, schema: text }),
  /** The checksum of a channel's manifest: a tree with it alone. */
  "channel-manifest": recordKind(treeOf),
  /** A server and where it has the manifest of a day: the checksum of that. */
  "day-manifest": recordKind({ version: 1, schema: digest }),
  /** The checksum of a channel's manifest: the day of its release, and what the compiler is called. */
  "channel-release": recordKind({ version: 1, schema: fields({ date: text, release: text }) }),
  /** The checksum of a component's archive: what is in it. */
  component: recordKind({ ...treeOf, version: 2 }),
  /** The checksums of components, or that of a manifest and what was asked of it: the toolchain that they make up. */
  "component-toolchain": recordKind({
    version: 2,
    isDerived: true,
    // By `components`: the checksums of their archives.
    schema: fields({ tree: digest, components: texts }),
    standsFor: ({ tree }) => tree,
  }),
  /** The digest of an image, or of an index, and a processor: the layout of that image. */
  "base-image": recordKind(treeOf),
};
