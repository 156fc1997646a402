import * as v from "valibot";
import { asDigest } from "../../base/digest.ts";
import { byName, data, digest, fields, list } from "../../base/schemas.ts";
import { recordKind } from "./recordKind.ts";
import { digestByName, digestsByName, flag, text, textByName, texts, unitName } from "./schemas.ts";

const digests = { whole: digest, pure: digest };
const unitEnvironment = fields({ ...digests, host: v.exactOptional(fields(digests)) });

/** What was decided about the steps of a build, and why. */
const decisions = list(
  fields({
    step: text,
    status: v.picklist(["built", "cached", "fetched", "failed", "stopped"]),
    /** Why it ran, or why it did not although something changed. */
    reason: v.exactOptional(text),
    /** All that changed, where `reason` has only the first. */
    changes: v.exactOptional(texts),
    /** What else is to be known about how it ran. */
    note: v.exactOptional(text),
    /** The units that it had to compile. */
    units: list(
      fields({
        ...unitName,
        reason: text,
        /** What tells it from others that are called the same. */
        which: v.exactOptional(text),
        /** Absent where it was compiled. */
        end: v.exactOptional(v.picklist(["failed", "unfinished"])),
      }),
    ),
    /** The tests that were asked for, where results are kept; without a reason: it did not have to run. */
    tests: v.exactOptional(
      list(fields({ kind: v.picklist(["program", "test"]), test: text, reason: v.exactOptional(text) })),
    ),
  }),
);

/** What is remembered of steps, and of the tests in them. */
export const stepKinds = {
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
      /** What the program says of itself that Cargo asks in rustc's stead; absent where it asks rustc. */
      answers: v.exactOptional(digest),
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
};
