import * as v from "valibot";
import { digest, fields } from "../../base/schemas.ts";
import { recordKind } from "./recordKind.ts";
import { nothing, plannedTree, text, texts, treeOf } from "./schemas.ts";

/** What was found on the host, as a tree, at a version that people know it by; null: there is no such thing. */
const found = v.nullable(fields({ digest, version: v.exactOptional(text) }));

const foundTree = {
  /** Raised whenever the same host would be laid out differently (`fetch/native/planTree.ts`). */
  version: 1,
  schema: found,
  names: (value: v.InferOutput<typeof found>) => (value ? [value.digest] : []),
} as const;

/** What is remembered of the machine: its toolchains, its base system, its native packages, what it can do. */
export const hostKinds = {
  /** Sizes, times and inodes of a toolchain's files: the digest of their contents, which are not in the store. */
  toolchain: recordKind({ version: 2, schema: digest }),
  /** The digest of a toolchain: what `rustc --version` says. */
  "toolchain-version": recordKind({ version: 1, schema: text }),
  /** Files of the host and how they looked: the tree that they are. */
  "planned-tree": recordKind({ version: 1, ...plannedTree }),
  /** What dpkg's database says: the base system. The version is that of gcc. */
  "base-dpkg": recordKind(foundTree),
  /** See `basePinKey`: a base system that a project pins. */
  "base-system": recordKind(treeOf),
  /** A compiler and the state of the package manager: the digest of what is used of `/usr`, which is not in the store. */
  "base-host-usr": recordKind({ version: 1, schema: digest }),
  /** A published crate and the files that are taken from it. */
  "native-crate": recordKind({ ...foundTree, isDerived: true, standsFor: (value) => value?.digest }),
  /** What dpkg's database says, and packages. */
  "native-dpkg": recordKind({ ...foundTree, version: 3 }),
  /** What another package manager's database says, and packages. */
  "native-listing": recordKind({ ...foundTree, version: 2 }),
  /** A program on `PATH`, with size and times: the libraries that it loads. */
  "native-libraries": recordKind({ version: 1, schema: texts }),
  /** Programs on `PATH` and the libraries that they load, with sizes and times. */
  "native-path": recordKind(foundTree),
  /** The source of what enters sandboxes, observes commands, or starts tests, and what it is linked with: the program. */
  observer: recordKind({ ...treeOf, isDerived: true }),
  /** A user and the source of what enters sandboxes: the places where that works, by what decides it; the latest first. */
  sandbox: recordKind({ version: 2, schema: texts }),
  /** A warning of less isolation, by its message and what helps: people were told. */
  "sandbox-told": recordKind({ version: 1, schema: nothing }),
};
