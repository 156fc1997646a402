import { existsSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { LockedPackage } from "../../../src/fetch/lockedPackage.ts";
import { type VendorTreesOptions, vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { craftCrate, craftLibrary } from "./craftCrate.ts";
import { cratesIoCache, cratesIoSource, listing, type Rig, rig } from "./rig.ts";

function locked(name: string, checksum: string, source = cratesIoSource): LockedPackage {
  return { name, version: "1.0.0", source, checksum };
}

function vendorOffline(
  { workspace, store, env }: Rig,
  packages: LockedPackage[],
  options: Partial<VendorTreesOptions> = {},
) {
  return vendorTrees(packages, store, { workspaceDir: workspace, offline: true, env, ...options });
}

function emptyStore({ store }: Rig) {
  return ["trees", "blobs", "tmp"].flatMap((name) => readdirSync(`${store.root}/${name}`));
}

test("a crate becomes one tree, with plain modes, one time and a checksum file", async () => {
  await using it = rig();
  const { bytes, checksum } = craftCrate([
    { path: "a-1.0.0/Cargo.toml", body: "[package]\n", mode: 0o600 },
    { path: "a-1.0.0/build.sh", body: "#!/bin/sh\n", mode: 0o777 },
    { path: "a-1.0.0/src/lib.rs", body: "// a\n", mode: 0o444 },
    { path: "a-1.0.0/.cargo-checksum.json", body: "forged" },
  ]);
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  const events: unknown[] = [];
  const packages = [{ name: "app", version: "0.1.0" }, locked("a", checksum)];
  const result = await vendorOffline(it, packages, { emit: (event) => events.push(event) });
  const crate = {
    name: "a",
    version: "1.0.0",
    source: cratesIoSource,
    checksum,
    digest: expect.any(String),
    path: "a-1.0.0",
  };
  expect(result).toEqual({ ok: true, value: [crate] });
  const [vendored] = result.ok ? result.value : [];
  expect(vendored && listing(it.store.tree(vendored.digest) ?? "")).toEqual({
    ".cargo-checksum.json": `644 1 {"files":{},"package":"${checksum}"}`,
    "Cargo.toml": "644 1 [package]\n",
    "build.sh": "755 1 #!/bin/sh\n",
    "src/lib.rs": "644 1 // a\n",
  });
  expect(events).toEqual([{ type: "progress", what: "unpack", done: 1, total: 1 }]);
});

test("a crate that the store knows needs no file", async () => {
  await using it = rig();
  const { bytes, checksum } = craftLibrary("a", "1.0.0");
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  const first = await vendorOffline(it, [locked("a", checksum)]);
  const elsewhere = { ...it.env, CARGO_HOME: `${it.home}-empty` };
  expect(first.ok).toBe(true);
  expect(await vendorOffline(it, [locked("a", checksum)], { env: elsewhere })).toEqual(first);
});

test("a crate that is not what the lock pins is refused, and nothing of it enters the store", async () => {
  await using it = rig();
  const [pinned, tampered] = [
    craftLibrary("a", "1.0.0", "// as published"),
    craftLibrary("a", "1.0.0", "// evil"),
  ];
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, tampered.bytes);
  const file = `${it.home}/${cratesIoCache}/a-1.0.0.crate`;
  expect(await vendorOffline(it, [locked("a", pinned.checksum)])).toEqual({
    ok: false,
    error: {
      code: "checksum-mismatch",
      message: "the download of `a-1.0.0` is not what `Cargo.lock` pins",
      notes: [
        `the file is \`${file}\`, in Cargo's download cache, which Cargo does not verify again`,
        "it came from crates.io",
        `expected ${pinned.checksum}`,
        `found    ${tampered.checksum}`,
      ],
      help: [
        `delete the file and fetch again: rm '${file}' && cargo fetch --locked`,
        "if that gives the same file, the registry or a mirror changed the crate, or somebody changed `Cargo.lock`: compare it with its history before you trust either",
      ],
      causes: [],
      status: 1,
    },
  });
  expect(emptyStore(it)).toEqual([]);
});

test("a crate whose archive would write outside its directory is refused, though its checksum is right", async () => {
  await using it = rig();
  const { bytes, checksum } = craftCrate([
    { path: "a-1.0.0/Cargo.toml", body: "[package]\n" },
    { path: "../../escaped", body: "x" },
  ]);
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  expect(await vendorOffline(it, [locked("a", checksum)])).toMatchObject({
    ok: false,
    error: {
      code: "crate-malformed",
      message: "the archive of `a-1.0.0` cannot be unpacked",
      causes: ["entry `../../escaped` lies outside `a-1.0.0/`"],
    },
  });
  expect(emptyStore(it)).toEqual([]);
  expect(existsSync(`${it.store.root}/escaped`)).toBe(false);
});

test.each([
  ["no gzip", Buffer.from("<html>"), "not a whole gzip archive: incorrect header check"],
  [
    "gzip that is cut off",
    craftLibrary("a", "1.0.0").bytes.subarray(0, 60),
    "not a whole gzip archive: unexpected end of file",
  ],
  ["gzip of nothing", gzipSync(""), "not a whole tar archive: TAR_BAD_ARCHIVE: Unrecognized archive format"],
  ["an archive of another file", craftCrate([{ path: "a-1.0.0/x" }]).bytes, "no `Cargo.toml` in it"],
])("a file that is %s is no crate, even if the lock pins it", async (_, bytes, cause) => {
  await using it = rig();
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  const result = await vendorOffline(it, [locked("a", digestOf(bytes))]);
  expect(result).toMatchObject({ ok: false, error: { code: "crate-malformed", causes: [cause] } });
});

test("offline, all crates that are missing are listed, with where they would come from", async () => {
  await using it = rig();
  const { bytes, checksum } = craftLibrary("a", "1.0.0");
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  const other = "sparse+https://me:secret@crates.example.org/index/";
  const packages = [locked("a", checksum), locked("b", "0".repeat(64)), locked("c", "1".repeat(64), other)];
  expect(await vendorOffline(it, packages)).toEqual({
    ok: false,
    error: {
      code: "crate-missing",
      message: "2 crates are not downloaded yet, and `--offline` forbids to fetch",
      notes: [
        "`b-1.0.0` from crates.io",
        "`c-1.0.0` from sparse+https://*********@crates.example.org/index/",
      ],
      help: ["fetch once with the network: cargo fetch --locked"],
      causes: [],
      status: 1,
    },
  });
});

test("crates of one name and version from two registries are told apart by their checksums", async () => {
  await using it = rig();
  const [theirs, ours] = [craftLibrary("a", "1.0.0", "// theirs"), craftLibrary("a", "1.0.0", "// ours")];
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, theirs.bytes);
  it.write("home/registry/cache/crates.example.org-0123456789abcdef/a-1.0.0.crate", ours.bytes);
  const other = "registry+https://crates.example.org/index";
  const result = await vendorOffline(it, [locked("a", theirs.checksum), locked("a", ours.checksum, other)]);
  const found = (result.ok ? result.value : []).map(({ digest, path }) => [
    path,
    listing(it.store.tree(digest) ?? "")["src/lib.rs"],
  ]);
  expect(found).toEqual([
    ["a-1.0.0", "644 1 // theirs"],
    [`crates.example.org-${digestOf(other).slice(0, 8)}/a-1.0.0`, "644 1 // ours"],
  ]);
});

test("a file of another registry is not taken for a damaged one", async () => {
  await using it = rig();
  it.write(
    "home/registry/cache/crates.example.org-0123456789abcdef/a-1.0.0.crate",
    craftLibrary("a", "1.0.0").bytes,
  );
  const result = await vendorOffline(it, [locked("a", "0".repeat(64))]);
  expect(result).toMatchObject({
    ok: false,
    error: { code: "crate-missing", notes: ["`a-1.0.0` from crates.io"] },
  });
});

test("two that want the same crates at once unpack them once", async () => {
  await using it = rig();
  const { bytes, checksum } = craftLibrary("a", "1.0.0");
  it.write(`home/${cratesIoCache}/a-1.0.0.crate`, bytes);
  const events: unknown[] = [];
  const options = { emit: (event: unknown) => void events.push(event) };
  const [first, second] = await Promise.all(
    [1, 2].map(() => vendorOffline(it, [locked("a", checksum)], options)),
  );
  expect(first).toMatchObject({ ok: true, value: [{ name: "a" }] });
  expect(second).toEqual(first);
  expect(events).toEqual([{ type: "progress", what: "unpack", done: 1, total: 1 }]);
});
