import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { LockedPackage } from "../../../src/fetch/lockedPackage.ts";
import type { Progress } from "../../../src/fetch/progress.ts";
import { vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { craftLibrary } from "./craftCrate.ts";
import { type LocalRegistry, localRegistry } from "./localRegistry.ts";
import { type Rig, rig } from "./rig.ts";

/** A workspace that depends on every library of the registry, and its lock as packages. */
function project(it: Rig, registry: LocalRegistry): LockedPackage[] {
  const crates = Object.entries(registry.checksums).map(([name, checksum]) => ({
    name,
    version: "1.0.0",
    source: registry.source,
    checksum,
  }));
  const dependencies = crates.map(({ name }) => `${name} = { version = "1", registry = "local" }\n`).join("");
  it.write(
    "workspace/Cargo.toml",
    `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n${dependencies}`,
  );
  it.write("workspace/src/lib.rs", "");
  it.write("workspace/.cargo/config.toml", `[registries.local]\nindex = "${registry.source}"\n`);
  const packages = crates.map((crate) => `\n[[package]]\n${toml(crate)}`).join("");
  const names = crates.map(({ name }) => ` "${name}",\n`).join("");
  it.write(
    "workspace/Cargo.lock",
    `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n${names}]\n${packages}`,
  );
  return crates;
}

function toml(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} = "${value}"\n`)
    .join("");
}

test("what Cargo's cache lacks is fetched by Cargo, once, from the user's own registry", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a", bbbb: "// b" });
  const packages = project(it, registry);
  const events: unknown[] = [];
  const options = {
    workspaceDir: it.workspace,
    env: it.env,
    emit: (event: unknown) => void events.push(event),
  };
  const first = await vendorTrees(packages, it.store, options);
  expect(first.ok && first.value.map(({ name }) => name)).toEqual(["aaaa", "bbbb"]);
  expect(events).toEqual([
    { type: "progress", what: "fetch", done: 0, total: 2 },
    { type: "progress", what: "fetch", done: 1, total: 2 },
    { type: "progress", what: "fetch", done: 2, total: 2 },
    { type: "progress", what: "unpack", done: 1, total: 2 },
    { type: "progress", what: "unpack", done: 2, total: 2 },
  ]);
  const asked = registry.requests.length;
  expect(await vendorTrees(packages, it.store, options)).toEqual(first);
  expect(registry.requests.length).toBe(asked);
});

test("it is told once that all is there, also where Cargo downloads what the store has", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a", bbbb: "// b" });
  const packages = project(it, registry);
  const options = { workspaceDir: it.workspace, env: it.env };
  await vendorTrees(packages.slice(0, 1), it.store, options);
  const events: Progress[] = [];
  const env = { ...it.env, CARGO_HOME: `${it.home}/other` };
  await vendorTrees(packages, it.store, { ...options, env, emit: (event) => void events.push(event) });
  const fetched = events.flatMap(({ what, done, total }) => (what === "fetch" ? [`${done}/${total}`] : []));
  expect(fetched).toEqual(["0/1", "1/1"]);
});

test("a damaged file in Cargo's cache, which Cargo itself would use, is refused", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a" });
  const packages = project(it, registry);
  const options = { workspaceDir: it.workspace, env: it.env };
  await vendorTrees(packages, it.store, options);
  const [cache = ""] = readdirSync(`${it.home}/registry/cache`);
  const file = `${it.home}/registry/cache/${cache}/aaaa-1.0.0.crate`;
  expect(existsSync(file)).toBe(true);
  writeFileSync(file, craftLibrary("aaaa", "1.0.0", "// evil").bytes);
  await using fresh = rig();
  expect(await vendorTrees(packages, fresh.store, options)).toMatchObject({
    ok: false,
    error: {
      code: "checksum-mismatch",
      message: "the download of `aaaa-1.0.0` is not what `Cargo.lock` pins",
    },
  });
  expect(readdirSync(`${fresh.store.root}/trees`)).toEqual([]);
});

test("a registry that answers with another crate than the lock pins is refused, by Cargo or by us", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a" });
  const packages = project(it, { ...registry, checksums: { aaaa: "0".repeat(64) } });
  expect(await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env: it.env })).toMatchObject({
    ok: false,
    error: {
      code: "fetch-failed",
      causes: [
        expect.stringContaining("checksum for `aaaa v1.0.0 (registry `local`)` changed between lock files"),
      ],
    },
  });
  expect(readdirSync(`${it.store.root}/trees`)).toEqual([]);
});

test("a lock that does not agree with the manifests is left as it is", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a", bbbb: "// b" });
  const packages = project(it, registry);
  it.write("workspace/Cargo.lock", "version = 4\n");
  expect(await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env: it.env })).toMatchObject({
    ok: false,
    error: {
      code: "lock-stale",
      help: ["cargo update --workspace", "or, if there is no lock yet: cargo generate-lockfile"],
    },
  });
});

test("a registry that is down is named", async () => {
  await using it = rig();
  const registry = await localRegistry({ aaaa: "// a" });
  const packages = project(it, registry);
  await registry[Symbol.asyncDispose]();
  const host = new URL(registry.source.replace("sparse+", "")).host;
  expect(await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env: it.env })).toMatchObject({
    ok: false,
    error: { code: "fetch-failed", message: `cannot download crates from \`${host}\`` },
  });
});

test("without cargo the message says so", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a" });
  const packages = project(it, registry);
  const env = { ...it.env, PATH: it.home };
  expect(await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env })).toMatchObject({
    ok: false,
    error: { code: "cargo-missing", message: "`cargo` not found on `PATH`" },
  });
});

test("an abort stops cargo", async () => {
  await using it = rig();
  await using registry = await localRegistry({ aaaa: "// a" });
  const packages = project(it, registry);
  const abort = new AbortController();
  const options = {
    workspaceDir: it.workspace,
    env: it.env,
    signal: abort.signal,
    emit: () => abort.abort(),
  };
  expect(await vendorTrees(packages, it.store, options)).toMatchObject({
    ok: false,
    error: { code: "interrupted" },
  });
  expect(readdirSync(`${it.store.root}/trees`)).toEqual([]);
});
