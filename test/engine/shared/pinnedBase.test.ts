import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { newKey, trustedKey } from "../../../src/cache/statement/keys.ts";
import { inputResolver } from "../../../src/engine/inputs/inputResolver.ts";
import { othersRecords } from "../../../src/engine/shared/othersRecords.ts";
import { basePinKey, pinnedBase, providePinnedBase } from "../../../src/engine/shared/pinnedBase.ts";
import { sendAll } from "../../../src/engine/shared/send.ts";
import { openSharedCache } from "../../../src/engine/shared/sharedCache.ts";
import { pinIn } from "../../../src/fetch/gantryLock.ts";
import { baseSystem, hostPlatform } from "../../../src/fetch/native/baseSystem.ts";
import { openStore } from "../../../src/store/openStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { nativeRig } from "../../fetch/native/nativeRig.ts";
import { pretendedDebian } from "../../fetch/native/pretendedDebian.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-pinned-"));
const cleanup = new DisposableStack();
afterAll(() => {
  cleanup.dispose();
  rmSync(directory, { recursive: true });
});

const [ci, stranger] = [newKey("ci-1"), newKey("someone")];
const project = { root: directory };
const signal = new AbortController().signal;
const url = pathToFileURL(join(directory, "cache")).href;
let count = 0;

/** A machine whose base system is that of a pretended Debian, with another gcc where that is said. */
function machine(gcc = "#!gcc") {
  const rig = cleanup.use(nativeRig());
  rig.write({ ...pretendedDebian(), "root/usr/bin/gcc": gcc });
  const { store } = rig.context;
  return { rig, store, ofHost: () => baseSystem(store, rig.pretended) };
}

async function pin({ ofHost }: ReturnType<typeof machine>) {
  const { digest, description, place } = valueOfResult(await ofHost());
  valueOfResult(await place());
  const name = hostPlatform();
  valueOfResult(pinIn(join(directory, "gantry.lock"), "base-system", { name, pin: { description, digest } }));
  const pinned = valueOfResult(pinnedBase(project));
  if (!pinned) throw new Error("nothing is pinned");
  return pinned;
}

async function send(store: Store, key = ci) {
  const { digest } = valueOfResult(pinnedBase(project)) ?? {};
  if (!digest) throw new Error("nothing is pinned");
  const item = { kind: "base-system", key: basePinKey(digest), value: digest, rests: [], took: 0 };
  const lines = (async function* () {
    yield JSON.stringify(item);
  })();
  const order = { url, access: {}, trusted: [key.trusted], secret: key.secret, store: store.root };
  const told = { store, signal, env: {}, emit: () => undefined };
  return Object.fromEntries(valueOfResult(await sendAll({ ...order, level: "full" }, lines, told)));
}

/** The shared cache of a machine that trusts `ci`. */
function sharedBy(store: Store) {
  const others = othersRecords(store);
  others.trust([ci.trusted]);
  const settings = {
    ...{ url, trusted: [valueOfResult(trustedKey(ci.trusted))], access: {} },
    write: { reads: "it is a test" },
  };
  const problems: string[] = [];
  const shared = openSharedCache({
    ...{ settings, store, others, signal, env: {} },
    emit: (event) => event.type === "warning" && problems.push(event.diagnostic.message),
  });
  return { shared, problems };
}

test("one machine pins and sends its base system, and one with another gcc builds with that", async () => {
  const [a, b] = [machine(), machine("#!another gcc")];
  const pinned = await pin(a);
  expect(pinned.description).toBe("Ubuntu 24.04, gcc 12.2.0");
  const offline = await providePinnedBase(pinned, { ...b, project, offline: true });
  expect(offline).toMatchObject({ error: { code: "base-system-missing" } });
  // Signed by somebody who is not trusted, it counts as nothing.
  expect(await send(a.store, stranger)).toEqual({ sent: 1 });
  const early = sharedBy(b.store);
  const refused = await providePinnedBase(pinned, { ...b, ...early, project, offline: false });
  expect(early.problems).toEqual([expect.stringContaining("is signed by `someone`")]);
  expect(refused).toMatchObject({
    error: {
      place: { file: "gantry.lock", line: 7, label: "Ubuntu 24.04, gcc 12.2.0" },
      notes: [
        expect.any(String),
        "the shared cache does not have it, or not from anybody who is trusted here",
      ],
    },
  });
  expect(await send(a.store)).toEqual({ sent: 1 });
  const later = sharedBy(b.store);
  const place = valueOfResult(await providePinnedBase(pinned, { ...b, ...later, project, offline: false }));
  expect(b.rig.list(place)).toEqual(a.rig.list(a.store.pathOf(pinned.digest)));
  expect(later.problems).toEqual([]);
  // From here on it is there, and nobody is asked.
  const again = await providePinnedBase(pinned, { ...b, project, offline: true });
  expect(again).toEqual({ ok: true, value: place });
});

test("a machine that has just the same asks nobody, and has it to be sent", async () => {
  const [a, same] = [machine(), machine()];
  const pinned = await pin(a);
  const shared = { bring: () => Promise.reject(new Error("the cache is asked")) };
  const provided = await providePinnedBase(pinned, { ...same, shared, project, offline: false });
  expect(provided).toEqual({ ok: true, value: same.store.pathOf(pinned.digest) });
  expect(same.store.records.get("base-system", basePinKey(pinned.digest))).toBe(pinned.digest);
});

test("the digest of another tree is told as such", async () => {
  const a = machine();
  const { description } = await pin(a);
  await using scratch = await a.store.tempDir("test");
  mkdirSync(join(scratch.path, "tree/bin"), { recursive: true });
  writeFileSync(join(scratch.path, "tree/bin/app"), "a program");
  const digest = await a.store.addTree(join(scratch.path, "tree"));
  const name = hostPlatform();
  valueOfResult(pinIn(join(directory, "gantry.lock"), "base-system", { name, pin: { description, digest } }));
  expect(await providePinnedBase({ digest, description }, { ...a, project, offline: false })).toMatchObject({
    error: {
      code: "base-system-invalid",
      place: { file: "gantry.lock", line: 7, label: "a tree without `bin/cc`" },
    },
  });
});

test("what is pinned is in keys without being read or fetched, and can be placed only where it can be had", async () => {
  const pinned = await pin(machine());
  count += 1;
  const store = cleanup.use(valueOfResult(openStore(join(directory, `store-${count}`))));
  const { root } = project;
  const manifest = `${root}/Cargo.toml`;
  const resolve = inputResolver({
    store,
    project: { root, manifest, nearestManifest: manifest, lock: `${root}/Cargo.lock`, cargoConfigs: [] },
    shared: { bring: () => Promise.reject(new Error("the cache is asked")) },
    ...{ env: {}, offline: false, frozen: true, emit: () => undefined, signal },
  });
  const outputOf = () => Promise.reject(new Error("no step is asked for"));
  const resolved = valueOfResult(await resolve({ type: "base-system" }, outputOf));
  expect(resolved).toMatchObject({
    digest: pinned.digest,
    name: `Ubuntu 24.04, gcc 12.2.0 (${pinned.digest.slice(0, 8)} in \`gantry.lock\`)`,
  });
  writeFileSync(join(directory, "gantry.lock"), 'version = 1\n[base-system."linux-x86_64"]\n');
  expect(pinnedBase(project)).toMatchObject({ error: { code: "gantry-lock-invalid" } });
});
