import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import type { Message } from "../../src/cargo/plan/message.ts";
import { captureUnits } from "../../src/units/keep/captureUnits.ts";
import { chooseUnits, type KeptUnit } from "../../src/units/keep/chooseUnits.ts";
import { locateUnits } from "../../src/units/keep/locateUnits.ts";
import type { KeyContext } from "../../src/units/key/unitKey.ts";
import type { PlannedUnit } from "../../src/units/key/unitPlan.ts";
import { writtenUnits } from "../../src/units/layout/writtenUnits.ts";
import { writeFiles } from "../rig/writeFiles.ts";
import { type StoreRig, storeRig } from "../store/rig.ts";
import { type Recording, recording } from "./recording.ts";

let rig: StoreRig;
beforeEach(() => {
  rig = storeRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

const environment = { whole: digestOf("environment"), pure: digestOf("environment") };

/** A context in which all packages are vendored. */
const context: KeyContext = {
  environment,
  localEnvironment: { whole: digestOf("environment") },
  hasOtherPrograms: false,
  contentOf: (path) => digestOf(path),
  local: undefined,
};

const observed = {
  observations: [],
  remains: () => false,
  locate: () => undefined,
  changed: new Set<string>(),
};

type Kept = ReadonlyMap<Digest, KeptUnit>;

type Build = {
  /** What each unit with a hash has for its file in `deps`. */
  readonly bytes: string;
  readonly restored?: Kept;
  readonly messages?: (message: Message) => Message;
  readonly before?: (of: Recording) => void;
};

/** Captures the recorded build of `app`, as if it had written those bytes. */
async function capture({ bytes, restored = new Map(), messages = (each) => each, before }: Build) {
  using of = recording("release");
  for (const place of readdirSync(join(of.directory, "release/.fingerprint")))
    writeFiles(of.directory, { [`release/deps/lib${place}.rlib`]: bytes });
  before?.(of);
  const { plan, reader, directory } = of;
  const build = { messages: of.messages.map(messages), reader, written: writtenUnits(directory), restored };
  const located = locateUnits(plan, build);
  const { kept } = await captureUnits(rig.store, {
    ...{ ...build, plan, context, own: environment, directory, located, observed },
    elsewhere: false,
    ...{ keyedFiles: new Set<string>(), workspace: "" },
    exists: () => true,
  });
  return { plan, kept };
}

const fresh = (message: Message): Message =>
  message.type === "compiler-artifact" ? { ...message, fresh: true } : message;

function names(plan: readonly PlannedUnit[], ids: Iterable<Digest>): string[] {
  const chosen = new Set(ids);
  return plan.filter(({ id }) => chosen.has(id)).map(({ unit }) => `${unit.package.name} ${unit.mode}`);
}

test("what was compiled is kept, and found by a later build", async () => {
  const { plan, kept } = await capture({ bytes: "first" });
  expect(kept.size).toBe(plan.length);
  expect(chooseUnits(rig.store, plan, context)).toEqual(kept);
});

test("what was restored and found fresh keeps its record, whatever was written to its files", async () => {
  const { kept } = await capture({ bytes: "first" });
  const later = await capture({ bytes: "tampered", restored: kept, messages: fresh });
  expect(later.kept).toEqual(kept);
});

test("what was restored and compiled all the same has a new record, against what its dependencies are now", async () => {
  const { kept } = await capture({ bytes: "first" });
  const { plan, kept: now } = await capture({ bytes: "second", restored: kept });
  expect([...now].map(([id, { key }]) => [id, key])).toEqual([...kept].map(([id, { key }]) => [id, key]));
  for (const { id, dependencies } of plan) {
    expect(now.get(id)?.record.tree).not.toBe(kept.get(id)?.record.tree);
    const trees = dependencies.map((edge) => now.get(edge.id)?.record.tree);
    expect(Object.values(now.get(id)?.record.against ?? {}).sort()).toEqual([...new Set(trees)].sort());
  }
});

test("a build script that ran again, of which no message tells, has a new record", async () => {
  const { kept } = await capture({ bytes: "first" });
  const run = "release/.fingerprint/app-5dd0d868cb465624/run-build-script-build-script-build";
  const { plan, kept: now } = await capture({
    ...{ bytes: "second", restored: kept, messages: fresh },
    before: ({ directory }) => writeFiles(directory, { [run]: "0123456789abcdef" }),
  });
  const changed = [...now.keys()].filter((id) => now.get(id)?.record.tree !== kept.get(id)?.record.tree);
  expect(names(plan, changed)).toEqual(["app run-custom-build"]);
});

test("what Cargo did not finish is not kept, nor what needs it", async () => {
  const unfinished = "shared-f63b213d05559182";
  const { plan, kept } = await capture({
    bytes: "first",
    before: ({ directory }) => {
      const at = `release/.fingerprint/${unfinished}`;
      writeFiles(directory, { [`${at}/lib-shared`]: "" });
      expect(readFileSync(join(directory, at, "lib-shared"), "utf8")).toBe("");
    },
  });
  const needed = plan.filter(({ dependencies, id }) => !kept.has(id) && dependencies.length > 0);
  expect(names(plan, [...kept.keys()])).not.toContain("app run-custom-build");
  expect(needed.length).toBeGreaterThan(0);
});

test("what was compiled in another environment than its key's is not kept", async () => {
  using of = recording("release");
  const { plan, reader, directory, messages } = of;
  const build = { messages, reader, written: writtenUnits(directory), restored: new Map() };
  const own = { whole: digestOf("other"), pure: digestOf("other") };
  const located = locateUnits(plan, build);
  const { kept } = await captureUnits(rig.store, {
    ...{ ...build, plan, context, own, directory, located, observed },
    elsewhere: false,
    ...{ keyedFiles: new Set<string>(), workspace: "" },
    exists: () => true,
  });
  expect([...kept]).toEqual([]);
});
