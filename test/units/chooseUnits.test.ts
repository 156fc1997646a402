import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import { readTree } from "../../src/store/readTree.ts";
import type { Store } from "../../src/store/store.ts";
import { chooseUnits, type KeptUnit } from "../../src/units/keep/chooseUnits.ts";
import { recordReads, recordUnit } from "../../src/units/keep/unitRecord.ts";
import type { Read } from "../../src/units/key/localSource.ts";
import { baseKey, type KeyContext, localKey } from "../../src/units/key/unitKey.ts";
import type { PlannedUnit } from "../../src/units/key/unitPlan.ts";
import { type StoreRig, storeRig } from "../store/rig.ts";
import { recording } from "./recording.ts";

let rig: StoreRig;
let store: Store;
beforeEach(() => {
  rig = storeRig();
  store = rig.store;
});
afterEach(() => rig[Symbol.asyncDispose]());

/** `cargo build --release`: the macro, what passes it on, and what uses that. */
function plan(): PlannedUnit[] {
  using of = recording("release");
  return [...of.plan];
}

const environment = { whole: digestOf("environment"), pure: digestOf("environment") };

/** A context in which all packages are vendored. */
const vendored: KeyContext = {
  environment,
  localEnvironment: { whole: digestOf("environment") },
  hasOtherPrograms: false,
  contentOf: (path) => digestOf(path),
  local: undefined,
};

/** Records units as if they had been compiled, each with one file. */
async function record(units: readonly PlannedUnit[], fileOf = (at: number) => `release/deps/${at}.rlib`) {
  const kept = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  for (const [at, planned] of units.entries()) {
    const key = baseKey(planned, keys, vendored);
    if (!key) throw new Error("a dependency is missing");
    const against = Object.fromEntries(
      planned.dependencies.flatMap(({ id }) => {
        const dependency = kept.get(id);
        return dependency ? [[dependency.key, dependency.record.tree] as const] : [];
      }),
    );
    const made = { ...(await tree(fileOf(at), `content ${at}`)), against };
    recordUnit(store.records, key, made);
    kept.set(planned.id, { key, record: made });
    keys.set(planned.id, key);
  }
  return kept;
}

async function tree(path: string, text: string) {
  const digest = await rig.add({ [path]: text });
  return { tree: digest, files: readTree(store.tree(digest) ?? "") };
}

const ids = (units: readonly PlannedUnit[]) => units.map(({ id }) => id);

/** Those that need one of them, directly or by others. */
function above(units: readonly PlannedUnit[], some: readonly Digest[]): Set<Digest> {
  const found = new Set(some);
  for (const { id, dependencies } of units)
    if (dependencies.some((each) => found.has(each.id))) found.add(id);
  return found;
}

function keptOf(kept: ReadonlyMap<Digest, KeptUnit>, planned: PlannedUnit | undefined): KeptUnit {
  const found = planned && kept.get(planned.id);
  if (!found) throw new Error("not recorded");
  return found;
}

test("all that is recorded is chosen", async () => {
  const units = plan();
  const kept = await record(units);
  expect(chooseUnits(store, units, vendored)).toEqual(kept);
});

test("nothing of another environment", async () => {
  const units = plan();
  await record(units);
  const other = { whole: digestOf("other"), pure: digestOf("other") };
  expect([...chooseUnits(store, units, { ...vendored, environment: other })]).toEqual([]);
});

test("not what was compiled against other bytes of a dependency", async () => {
  const units = plan();
  const kept = await record(units);
  const [macro] = units;
  const { key, record: before } = keptOf(kept, macro);
  recordUnit(store.records, key, { ...before, ...(await tree("release/deps/0.rlib", "other bytes")) });
  const left = above(units, ids(units.slice(0, 1)));
  left.delete(ids(units)[0] ?? digestOf(""));
  expect(left.size).toBeGreaterThan(0);
  expect([...chooseUnits(store, units, vendored).keys()]).toEqual(ids(units).filter((id) => !left.has(id)));
});

test("not what has no files any more, nor what was compiled against it", async () => {
  const units = plan();
  const kept = await record(units);
  rmSync(store.tree(keptOf(kept, units[0]).record.tree) ?? "", { recursive: true });
  const left = above(units, ids(units.slice(0, 1)));
  expect([...chooseUnits(store, units, vendored).keys()]).toEqual(ids(units).filter((id) => !left.has(id)));
});

test("of two that want one path the first, and what needs it", async () => {
  const units = plan();
  // The macro for its own sake is the last of the plan; nothing needs it.
  const last = units.length - 1;
  await record(units, (at) => `release/deps/${at === last ? 0 : at}.rlib`);
  expect([...chooseUnits(store, units, vendored).keys()]).toEqual(ids(units.slice(0, last)));
});

test("runs of a build script that share their places are chosen together or not at all", async () => {
  using of = recording("cross");
  const units = [...of.plan];
  const kept = await record(units);
  const runs = units.filter(({ unit }) => unit.mode === "run-custom-build" && unit.package.name === "shared");
  expect(runs.length).toBe(2);
  for (const run of runs) {
    const { key, record: made } = keptOf(kept, run);
    recordUnit(store.records, key, { ...made, shared: true });
  }
  expect([...chooseUnits(store, units, vendored).keys()]).toEqual(ids(units));
  rmSync(store.tree(keptOf(kept, runs[0]).record.tree) ?? "", { recursive: true });
  const left = above(units, ids(runs));
  expect([...chooseUnits(store, units, vendored).keys()]).toEqual(ids(units).filter((id) => !left.has(id)));
});

test("of the project's own units, what read what is there now, whichever list of files it is", async () => {
  const [planned] = plan();
  if (!planned) throw new Error("nothing is planned");
  const contents: Record<string, string> = { "file:a": "1", "file:b": "1" };
  const local = {
    digestOf: (read: string) => (read in contents ? digestOf(contents[read] ?? "") : undefined),
    ...{ variables: [], workspace: "", textOf: () => "", isDirectory: () => false },
    factsOf: () => digestOf("facts"),
  };
  const context: KeyContext = { ...vendored, contentOf: () => undefined, local };
  const base = baseKey(planned, new Map(), context) ?? digestOf("");
  const keep = async (reads: readonly Read[], text: string) => {
    recordReads(store.records, base, reads);
    const key = localKey(base, reads, local);
    recordUnit(store.records, key, { ...(await tree("release/deps/own.rlib", text)), against: {}, reads });
    return key;
  };
  const chosen = () => chooseUnits(store, [planned], context).get(planned.id)?.key;
  const first = await keep(["file:a"], "first");
  contents["file:a"] = "2";
  expect(chosen()).toBeUndefined();
  const second = await keep(["file:a", "file:b", "file:c"], "second");
  expect(chosen()).toBe(second);
  contents["file:c"] = "now there";
  expect(chosen()).toBeUndefined();
  delete contents["file:c"];
  contents["file:a"] = "1";
  expect(chosen()).toBe(first);
});
