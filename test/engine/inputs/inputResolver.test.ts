import { readFileSync } from "node:fs";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import type { Source } from "../../../src/derivation/model.ts";
import { inputResolver } from "../../../src/engine/inputs/inputResolver.ts";
import type { InputContext } from "../../../src/engine/inputs/resolvedInput.ts";
import { openStore } from "../../../src/store/openStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const project = tempProject({ "a.txt": "a", "b.txt": "b" });
afterAll(() => project[Symbol.dispose]());
afterEach(() => void vi.restoreAllMocks());

function resolverIn(root: string, store: Store, more: Partial<InputContext> = {}) {
  const manifest = `${root}/Cargo.toml`;
  const resolve = inputResolver({
    store,
    project: { root, manifest, nearestManifest: manifest, lock: `${root}/Cargo.lock`, cargoConfigs: [] },
    env: {},
    ...{ offline: true, frozen: false, emit: () => undefined, signal: new AbortController().signal },
    ...more,
  });
  const outputOf = () => Promise.reject(new Error("no step is asked for"));
  return async (input: Parameters<typeof resolve>[0]) => valueOfResult(await resolve(input, outputOf));
}

const everything: Source = { type: "source", root: ".", filter: { kind: "everything" } };

function onlyFile(name: string): Source {
  return { type: "source", root: ".", filter: { kind: "where", keep: (path) => path === name } };
}

const workspace = {
  "Cargo.toml":
    '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\nmembers = ["member"]\n',
  "Cargo.lock": "version = 4\n",
  "build.rs": "fn main() {}\n",
  "src/main.rs": "fn main() {}\n",
  "member/Cargo.toml": '[package]\nname = "member"\nversion = "0.1.0"\nedition = "2021"\n',
  "member/src/lib.rs": "",
  // Its code is in the dummy as it is, with what it names.
  ".cargo/config.toml": 'paths = ["own"]\n',
  "own/Cargo.toml": '[package]\nname = "own"\nversion = "0.1.0"\nedition = "2021"\n',
  "own/src/lib.rs": 'include!("../../named.rs");\n',
  "named.rs": "// first\n",
  "unnamed.rs": "// first\n",
};

const edits: readonly (readonly [string, string])[] = [
  ["src/main.rs", "fn main() { println!(); }\n"],
  ["own/src/lib.rs", 'include!("../../named.rs"); pub fn new() {}\n'],
  ["named.rs", "// second\n"],
  ["unnamed.rs", "// second\n"],
  ["own/src/lib.rs", 'include!("../../unnamed.rs");\n'],
  ["unnamed.rs", "// third\n"],
  ["src/bin/more.rs", "fn main() {}\n"],
  ["build.rs", "fn main() { println!(); }\n"],
  ["own/src/lib.rs", 'include!("../../named.rs");\n'],
  ["Cargo.toml", workspace["Cargo.toml"].replace("0.1.0", "0.2.0").replace("2021", "2024")],
  ["member/src/lib.rs", "pub fn f() {}\n"],
];

test("the reduced form of an edited source is the one that reducing it anew gives", async () => {
  using edited = tempProject(workspace);
  using store = valueOfResult(openStore(edited.store));
  const reduced = async (known: typeof store) => {
    const resolve = resolverIn(edited.root, known);
    return (await resolve({ type: "dummy-source", of: everything })).digest;
  };
  const seen = new Set([await reduced(store)]);
  for (const [number, [path, text]] of edits.entries()) {
    edited.write(path, text);
    using fresh = valueOfResult(openStore(`${edited.store}-${number}`));
    const anew = await reduced(fresh);
    expect([path, await reduced(store)]).toEqual([path, anew]);
    seen.add(anew);
  }
  expect(seen.size).toBe(8);
});

test("filters of one text and other closures are two sources", async () => {
  using store = valueOfResult(openStore(project.store));
  const resolve = resolverIn(project.root, store);
  const kept = [onlyFile("a.txt"), onlyFile("b.txt")].map(async (source) =>
    (await resolve(source)).files?.map(({ path }) => path),
  );
  expect(await Promise.all(kept)).toEqual([["a.txt"], ["b.txt"]]);
});

test("what was saved after a source was recognised as a whole is never placed under the name of what it was", async () => {
  const names = Array.from({ length: 100 }, (_, number) => `${number}.txt`);
  using edited = tempProject(Object.fromEntries(names.map((name) => [name, name])));
  using store = valueOfResult(openStore(edited.store));
  // All files are older than two seconds.
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + 10_000);
  const source = () => resolverIn(edited.root, store)(everything);
  await source();
  edited.write("7.txt", "second");
  // So little is read again rather than recorded.
  const { digest } = await source();
  const known = await source();
  expect(known.digest).toBe(digest);
  edited.write("7.txt", "third!");
  expect(await known.place()).toMatchObject({ ok: false, error: { code: "source-changed" } });
  expect(known.files).toBeUndefined();
  const again = await source();
  expect(again.digest).not.toBe(digest);
  const [placed] = valueOfResult(await again.place());
  expect(readFileSync(`${placed?.directory}/7.txt`, "utf8")).toBe("third!");
});

test("what was saved after a source was looked at is never reduced under the name of what it was", async () => {
  using edited = tempProject(workspace);
  using store = valueOfResult(openStore(edited.store));
  const reduced = () => resolverIn(edited.root, store)({ type: "dummy-source", of: everything });
  const { digest } = await reduced();
  const known = await reduced();
  edited.write("Cargo.toml", `${workspace["Cargo.toml"]}[profile.dev]\nopt-level = 1\n`);
  expect(await known.place()).toMatchObject({
    ok: false,
    error: { code: "source-changed", message: "`Cargo.toml` changed while it was being read" },
  });
  edited.write("Cargo.toml", workspace["Cargo.toml"]);
  const again = await reduced();
  expect(again.digest).toBe(digest);
  expect(valueOfResult(await again.place())).toEqual([{ below: "", directory: store.pathOf(digest) }]);
});

test("crates are those of the lock that they are remembered by, whatever is written over it meanwhile", async () => {
  using locked = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nleaf = "1"\n',
      "src/main.rs": "fn main() {}\n",
    },
    { crates: [publishedCrate("leaf")] },
  );
  locked.lock();
  const lock = locked.read("Cargo.lock");
  const digestWith = async (store: Store, bring: () => void) => {
    const shared = { bring: async () => bring() };
    const resolve = resolverIn(locked.root, store, { env: locked.env, shared });
    return (await resolve({ type: "vendor", of: everything })).digest;
  };
  using store = valueOfResult(openStore(locked.store));
  const digest = await digestWith(store, () => locked.write("Cargo.lock", "version = 4\n"));
  locked.write("Cargo.lock", lock);
  using fresh = valueOfResult(openStore(`${locked.store}-fresh`));
  expect(digest).toBe(await digestWith(fresh, () => undefined));
});
