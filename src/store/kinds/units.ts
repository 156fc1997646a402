import * as v from "valibot";
import { byName, digest, fields, list } from "../../base/schemas.ts";
import { recordKind } from "./recordKind.ts";
import { digestByName, digestsByName, flag, text, textByName, texts, treeOf } from "./schemas.ts";

const treeFile = v.variant("type", [
  fields({ path: text, type: v.literal("file"), digest, executable: flag }),
  fields({ path: text, type: v.literal("symlink"), target: text }),
  fields({ path: text, type: v.literal("directory") }),
]);

/** A compiled unit's tree, and the files in it by their paths in the target directory. */
const unitFiles = { tree: digest, files: list(treeFile) };

/** What is remembered of Cargo's units. */
export const unitKinds = {
  /** A unit's key: what is kept of it. */
  unit: recordKind({
    version: 1,
    isDerived: true,
    schema: fields({
      ...unitFiles,
      /**
       * The trees of the dependencies that it was compiled against, by their keys. Two compilations of one unit may
       * differ in bytes, and what was compiled against one cannot be linked with the other.
       */
      against: digestByName,
      /** What a unit of the project's own read. */
      reads: v.exactOptional(texts),
      /**
       * Its files are also those of units that could not be told from it. It is restored only where all such units of
       * the plan are: Cargo must not find an old file of one that has to be compiled.
       */
      shared: v.exactOptional(flag),
    }),
    standsFor: ({ tree }) => tree,
    names: ({ against }) => Object.values(against),
  }),
  /** The trees of units: the one tree of all their files. */
  "composed-units": recordKind({ ...treeOf, isDerived: true }),
  /** A unit's tree: where its files hold the path of the target directory that it was compiled in; see `bakedPaths`. */
  "baked-paths": recordKind({ version: 1, isDerived: true, schema: v.nullable(byName(list(v.number()))) }),
  /** The base key of a unit of the project's own: the lists of what such units were seen to read, the latest first. */
  reads: recordKind({ version: 1, isDerived: true, schema: list(texts) }),
  /** A step's key: its units by their names, each as the key of its `unit-parts`. */
  "step-units": recordKind({ version: 1, schema: digestsByName }),
  /** A project: the same of all units that were there in any of its steps, as they were last. */
  "built-units": recordKind({ version: 1, schema: digestsByName }),
  /** A unit's key: what was seen of the build script, or of the macros that the compiler had loaded, by their packages. */
  "unit-acts": recordKind({
    version: 1,
    isDerived: true,
    schema: fields({ acts: texts, macros: list(digest) }),
  }),
  /**
   * A step's key: the same of all its units that run others' code, and of the script of which package; `acts` is null where
   * nobody looked.
   */
  "step-acts": recordKind({
    version: 1,
    isDerived: true,
    schema: list(
      fields({
        /** The unit's package, as people speak of it. */
        unit: text,
        script: v.nullable(digest),
        macros: list(digest),
        acts: v.nullable(texts),
      }),
    ),
  }),
  /** A unit's key and its profile's name, or the digest of all this: what the unit was made from. */
  "unit-parts": recordKind({
    version: 4,
    schema: fields({
      version: text,
      environment: digest,
      /** The vendored package's content, or what the manifest of one of the project's own packages says. */
      content: v.nullable(digest),
      local: flag,
      profile: textByName,
      features: texts,
      /** How it is compiled for optimisation at link time, and whether it counts that its package was asked for. */
      lto: text,
      primary: flag,
      /** Keys by the name of each dependency; null: compiled in the same build, so not known yet. */
      dependencies: byName(v.nullable(digest)),
      /** What it read of the project's files; null: it is not there. */
      reads: byName(v.nullable(digest)),
      /** Why it was not kept, although it was compiled. */
      unkept: v.exactOptional(text),
    }),
  }),
  /** The digest of a dependency layer that was kept without a plan: its units. */
  "whole-layer": recordKind({
    version: 1,
    isDerived: true,
    schema: list(
      fields({
        ...unitFiles,
        place: fields({ root: text, directory: text }),
        /** A file of its package, and the content of the whole package when the unit was compiled. */
        source: text,
        content: digest,
      }),
    ),
    names: (units) => units.flatMap(({ tree, content }) => [tree, content]),
  }),
  /** What an environment and a project are called: the layer that was kept last for them. */
  "latest-whole-layer": recordKind({ version: 1, schema: digest }),
};
