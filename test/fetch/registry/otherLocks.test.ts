import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { LockedPackage } from "../../../src/fetch/lockedPackage.ts";
import { vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { crateRegistry } from "./crateRegistry.ts";
import { cratesIoSource, type Rig, rig } from "./rig.ts";

const crates = [
  publishedCrate("alone"),
  publishedCrate("leaf"),
  publishedCrate("middle", '[dependencies]\nleaf = "1"\n'),
];

/** What a lock pins that lies in no workspace, in a directory without any manifest. */
const locked = (source: string): LockedPackage[] =>
  crates.map(({ name, version, checksum }) => ({ name, version, source, checksum }));

async function vendored(it: Rig, packages: readonly LockedPackage[]) {
  const options = { workspaceDir: it.workspace, env: it.env, isWorkspaceLock: false };
  const trees = await vendorTrees(packages, it.store, options);
  return trees.ok ? trees.value.map(({ path }) => path.split("/").at(-1)) : trees.error;
}

const names = ["alone-1.0.0", "leaf-1.0.0", "middle-1.0.0"];

test("a lock without a workspace is fetched too, yanked crates included, and leaves nothing behind", async () => {
  await using it = rig();
  await using registry = await crateRegistry(crates, { yanked: ["leaf-1.0.0", "alone-1.0.0"] });
  expect(await vendored(it, locked(registry.source))).toEqual(names);
  expect(registry.requests.filter((each) => each.includes("/dl/")).sort()).toEqual(
    names.map((name) => `GET /dl/${name}.crate`),
  );
  expect(existsSync(`${it.workspace}/Cargo.lock`)).toBe(false);
});

test("with the user's configuration: crates.io from a mirror", async () => {
  await using it = rig();
  await using registry = await crateRegistry(crates);
  const mirror = `[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "${registry.source}"\n`;
  it.write("workspace/.cargo/config.toml", mirror);
  expect(await vendored(it, locked(cratesIoSource))).toEqual(names);
});

test("with a token", async () => {
  await using it = rig();
  await using registry = await crateRegistry(crates, { token: "open" });
  it.write(
    "home/config.toml",
    `[registries.mine]\nindex = "${registry.source}"\ncredential-provider = ["cargo:token-from-stdout", "echo", "open"]\n`,
  );
  expect(await vendored(it, locked(registry.source))).toEqual(names);
});

test("a crate with another checksum is refused", async () => {
  await using it = rig();
  await using registry = await crateRegistry(crates);
  const packages = locked(registry.source).map((each) => ({ ...each, checksum: "0".repeat(64) }));
  expect(await vendored(it, packages)).toMatchObject({ code: "fetch-failed" });
});
