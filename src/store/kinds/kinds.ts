import * as v from "valibot";
import { asDigest, type Digest } from "../../base/digest.ts";
import { byName, data, digest, fields, list } from "../../base/schemas.ts";
import { isScanRecord, type ScanRecord } from "../../project/scan/scanMemory.ts";
import { isUnchanged, type Unchanged } from "../../project/scan/unchanged.ts";
import { type RecordKind, recordKind } from "./recordKind.ts";
import { decisions, othersValues, unitName } from "./schemas.ts";

export type KindName = keyof typeof table;

/** What a record of that kind says. */
export type RecordOf<Kind extends KindName> = v.InferOutput<Schemas[Kind]>;

type Schemas = { readonly [Kind in KindName]: (typeof table)[Kind]["schema"] };

const text = v.string();
const flag = v.boolean();
const texts = list(text);
const digestList = list(digest);
const digests = { whole: digest, pure: digest };
const unitEnvironment = fields({ ...digests, host: v.exactOptional(fields(digests)) });
/** What a process may say of itself, with nothing more to it. */
const nothing = v.null();
const textByName = byName(text);
const digestByName = byName(digest);
const digestsByName = byName(list(digest));

const treeFile = v.variant("type", [
  fields({ path: text, type: v.literal("file"), digest, executable: flag }),
  fields({ path: text, type: v.literal("symlink"), target: text }),
  fields({ path: text, type: v.literal("directory") }),
]);

/** A compiled unit's tree, and the files in it by their paths in the target directory. */
const unitFiles = { tree: digest, files: list(treeFile) };

const scan = v.custom<ScanRecord>(isScanRecord);
const treeChanges = fields({ whole: digest, gone: texts, others: text }); // What is not as in the tree `whole`.
/** A tree that was made of something outside. */
const treeOf = { version: 1, schema: digest, standsFor: (tree: Digest) => tree } as const;

/** A tree that may have been made later, of which the digest is known already. */
const plannedTree = { schema: digest, names: (tree: Digest) => [tree] } as const;

/** What was found on the host, as a tree, at a version that people know it by; null: there is no such thing. */
const found = v.nullable(fields({ digest, version: v.exactOptional(text) }));
const foundTree = {
  /** Raised whenever the same host would be laid out differently (`fetch/native/planTree.ts`). */
  version: 1,
  schema: found,
  names: (value: v.InferOutput<typeof found>) => (value ? [value.digest] : []),
} as const;

/**
 * The one table of what is remembered besides trees. Whoever wants to remember something else adds a kind here: reading
 * and writing, garbage collection, `verify` and `stats` go by this table.
 *
 * The comment of a kind says what its key is.
 */
const table = {
  /** A tree: it was used. A process says so before it looks whether the tree is there. */
  tree: recordKind({
    version: 1,
    schema: nothing,
    names: (_, key) => [asDigest(key)].filter((tree) => tree !== undefined),
  }),
  /** The path of a link outside the store. The tree that it points to is kept for as long as it does. */
  root: recordKind({ version: 1, schema: nothing }),
  /** See `shellKey`: the trees that a developer's shell names, which are kept for as long as it is there. */
  shell: recordKind({ version: 1, schema: digestList, names: (trees) => trees }),

  /** A step's key: what it left. */
  result: recordKind({
    version: 2,
    isDerived: true,
    schema: fields({
      /** The tree that it left under `/build/out`. */
      output: digest,
      /** The units it kept, and the environment that they were compiled in. */
      layer: v.exactOptional(fields({ digest, environment: unitEnvironment })),
      /** The files that it looked for, and that its source leaves out. */
      missed: v.exactOptional(list(fields({ unit: fields(unitName), path: text }))),
      /** How long it took to run, in seconds. */
      seconds: v.number(),
    }),
    standsFor: ({ output }) => output,
    logOf: (_, key) => asDigest(key),
  }),
  /** A project and a step of it, by name: the key that the step ran under last, well or not. */
  "last-step": recordKind({ version: 1, schema: digest, logOf: (step) => step }),
  /** A project and a step of it, by name: the key of what it was built to last, or what the store had of it. */
  "last-built": recordKind({ version: 1, schema: digest, logOf: (step) => step }),
  /** A project: what the last command that built something in it decided, step by step. */
  journal: recordKind({ version: 3, schema: decisions }),
  /** A project and a step of it, by name: what the step was made from in the last build. */
  "step-parts": recordKind({
    version: 5,
    schema: fields({
      phases: text,
      env: textByName,
      mounts: digestsByName,
      names: textByName,
      layer: v.nullable(digest),
      /** Whether vendored crates are changed by overrides. */
      overrides: v.exactOptional(flag),
      /** Where its commands run, and which units it needs and keeps. */
      target: text,
      sandbox: text,
    }),
  }),
  "tree-files": recordKind({ version: 1, schema: v.union([text, treeChanges]) }), // The tree of a source: its files.
  /** The digest of an environment: what it consists of, so that a change of it can be told in words. */
  environment: recordKind({
    version: 2,
    schema: fields({
      env: textByName,
      mounts: digestsByName,
      /** What people call what is mounted; not part of the digest. */
      names: textByName,
      /** Of Cargo's settings in the source, what can reach a compiler. */
      settings: texts,
      /** Files of the source that Cargo's settings name; absent where they name none. */
      files: v.exactOptional(digestByName),
      /** Of Cargo's arguments, those that configure it. */
      flags: texts,
      sandbox: text,
      /** The directory of Cargo's workspace; absent: the source's root. */
      workspace: v.exactOptional(text),
      /** What runs beside Cargo's plain commands: Clippy, and hooks that come before. */
      compilers: list(data),
    }),
  }),
  /** All that Cargo can have read when it planned a step: the unit graphs that it printed, one an invocation. */
  "unit-graphs": recordKind({ version: 1, isDerived: true, schema: texts }),
  /** An environment: Cargo's file of what it asked rustc about itself. */
  "rustc-info": recordKind({ version: 1, isDerived: true, schema: text }),

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
  "composed-units": recordKind({ ...treeOf, isDerived: true }), // The trees of units: the one tree of all their files.
  /** A unit's tree: where its files hold the path of the target directory that it was compiled in; see `bakedPaths`. */
  "baked-paths": recordKind({ version: 1, isDerived: true, schema: v.nullable(byName(list(v.number()))) }),
  /** The base key of a unit of the project's own: the lists of what such units were seen to read, the latest first. */
  reads: recordKind({ version: 1, isDerived: true, schema: list(texts) }),
  /** A test program, how it is started, and in what: the lists of what it was seen to read, the latest first. */
  "test-reads": recordKind({ version: 1, isDerived: true, schema: list(texts) }),
  /** The same, and what reading that shows: a run that passed. */
  "test-result": recordKind({
    version: 1,
    isDerived: true,
    schema: fields({
      /** What it read; null: it is not there. */
      reads: byName(v.nullable(digest)),
      /** What it printed, as `testRunner/run.rs` tells it, in base 64. */
      output: text,
    }),
  }),
  /** A project and a step of it, by name: its tests by theirs, as they were last. */
  "last-tests": recordKind({
    version: 1,
    schema: byName(
      fields({
        /** The content of the program. */
        program: digest,
        /** How it is started, and in what. */
        around: digest,
        /** The key of its result; absent where that was not kept. */
        result: v.exactOptional(digest),
        /** Why it was not kept. */
        unkept: v.exactOptional(text),
      }),
    ),
  }),
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

  /** A directory and a filter: what scanning it showed; with the code that applies it: how all of it looked, and its tree. */
  scan: recordKind({ version: 7, schema: scan }),
  "scan-whole": recordKind({ version: 1, schema: v.custom<Unchanged>(isUnchanged) }),
  /** The files of a source with their digests: the tree that they are. */
  source: recordKind({ version: 1, ...plannedTree }),
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
  /** A database of advisories: the day of the newest. */
  advisories: recordKind({ version: 1, isDerived: true, schema: text }),
  /** The checksum of a crate and its name: when it was published, as a registry says. */
  published: recordKind({ version: 1, schema: text }),
  /** The tree of a crate: what of it runs while its users are compiled; null: nothing. */
  "crate-scripts": recordKind({
    version: 1,
    isDerived: true,
    schema: v.nullable(fields({ kind: text, files: digest, code: digest, shows: texts })),
  }),
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
  /** Sizes, times and inodes of a toolchain's files: the digest of their contents, which are not in the store. */
  toolchain: recordKind({ version: 1, schema: digest }),
  /** The digest of a toolchain: what `rustc --version` says. */
  "toolchain-version": recordKind({ version: 1, schema: text }),
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

  /** The digest of an image, or of an index, and a processor: the layout of that image. */
  "base-image": recordKind(treeOf),
  /** The source of what enters sandboxes, observes commands, or starts tests, and what it is linked with: the program. */
  observer: recordKind({ ...treeOf, isDerived: true }),

  /**
   * Kind, version and key of another record: what is known of it by the word of others, or was made with the help of what
   * is; the latest first. See `engine/shared/othersRecords.ts`.
   */
  "by-others": recordKind({
    version: 2,
    isDerived: true,
    schema: othersValues,
    names: (values) => values.flatMap(({ trees }) => trees),
    logOf: (_, key) => asDigest(key.replace(/^result \d+ /, "")),
  }),

  /** The address of a shared cache: why sending to it in the background ended, if not well. */
  "cache-problem": recordKind({
    version: 1,
    schema: v.nullable(fields({ at: v.number(), message: text, notes: texts })),
  }),

  /** A machine and a user, by what decides who may make namespaces, and the source of what enters sandboxes: it works. */
  sandbox: recordKind({ version: 1, schema: nothing }),
};

/** See `table`. The type tells the compiler that a kind's name and its schema belong together. */
export const kinds: { readonly [Kind in KindName]: RecordKind<Schemas[Kind]> } = table;

/** Undefined for kinds that only another Gantry knows. */
export function kindNamed(name: string): RecordKind | undefined {
  return kindsByName.get(name);
}

const kindsByName = new Map<string, RecordKind>(Object.entries(kinds));
