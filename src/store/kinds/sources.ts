import * as v from "valibot";
import { digest, fields, list } from "../../base/schemas.ts";
import { isUnchanged, type Unchanged } from "../../project/scan/unchanged.ts";
import { recordKind } from "./recordKind.ts";
import { plannedTree, scan, text, texts, treeOf } from "./schemas.ts";

/** The files of a tree as what is not as in the tree `whole`. */
const treeChanges = fields({ whole: digest, gone: texts, others: text });

/** What is remembered of projects: their files, and what people were told. */
export const sourceKinds = {
  /** A directory and a filter: what scanning it showed. */
  scan: recordKind({ version: 7, schema: scan }),
  /** The same, with the code that applies the filter: how all of it looked, and its tree. */
  "scan-whole": recordKind({ version: 1, schema: v.custom<Unchanged>(isUnchanged) }),
  /** The files of a source with their digests: the tree that they are. */
  source: recordKind({ version: 1, ...plannedTree }),
  /** The tree of a source: its files. */
  "tree-files": recordKind({ version: 1, schema: v.union([text, treeChanges]) }),
  /** A source: the tree that it is reduced to for its dependencies. */
  dummy: recordKind({ version: 4, isDerived: true, ...plannedTree }),
  /** A source without its code: the code that its reduced form holds as it is. */
  "dummy-code": recordKind({ version: 1, isDerived: true, schema: texts }),
  /** The text of a lock: its packages. Parsing a thousand takes longer than all else of a build with nothing to do. */
  lock: recordKind({
    version: 2,
    schema: list(
      fields({
        name: text,
        version: text,
        source: v.optional(text),
        checksum: v.optional(text),
        isUnused: v.optional(v.literal(true)),
      }),
    ),
  }),
  /** A tree and patches: the tree with the patches applied. */
  patched: recordKind({ ...treeOf, isDerived: true }),
  /** Node's version and the text of a configuration: the text without its types. */
  configuration: recordKind({ version: 1, schema: text }),
  /** A project: the native packages that people were told it uses, line by line. */
  "native-told": recordKind({ version: 1, schema: texts }),
  /** A project: what people were told of Cargo's settings above it, line by line. */
  "settings-told": recordKind({ version: 1, schema: texts }),
  /** A project: what people were told of variables that no build sees. */
  "variables-told": recordKind({ version: 1, schema: texts }),
  /** A project: what people were told that its shell lacks. */
  "shell-told": recordKind({ version: 1, schema: texts }),
};
