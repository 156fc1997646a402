import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { type VendorTreesOptions, vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { filesWith } from "../git/filesWith.ts";
import { type CrateRegistrySetting, crateRegistry, indexText } from "./crateRegistry.ts";
import { gitBackend, writeGitIndex } from "./gitIndex.ts";
import { type LeafSetting, leaf, leafProject, replacedBy } from "./leafProject.ts";
import { cratesIoSource, listing, type Rig, rig } from "./rig.ts";

const secret = "s3cret-of-the-test";

type Setting = LeafSetting &
  Partial<VendorTreesOptions> & { readonly config?: string; readonly checksum?: string };

/** Vendors `leaf`: the files of its tree, or what went wrong. */
async function vendorLeaf(it: Rig, { source, registry, config = "", ...rest }: Setting) {
  const { checksum = leaf.checksum, ...options } = rest;
  const files = leafProject({ source, ...(registry !== undefined && { registry }) });
  for (const [path, text] of Object.entries(files)) it.write(`workspace/${path}`, text);
  it.write("workspace/.cargo/config.toml", config);
  const packages = [{ name: "leaf", version: "1.0.0", source, checksum }];
  const result = await vendorTrees(packages, it.store, {
    workspaceDir: it.workspace,
    ...options,
    env: { ...it.env, ...options.env },
  });
  if (!result.ok) return result.error;
  const [crate] = result.value;
  return listing(`${it.store.root}/trees/${crate?.digest}`);
}

/** As unpacked from the `.crate` file. */
const published = {
  ".cargo-checksum.json": `644 1 {"files":{},"package":"${leaf.checksum}"}`,
  "Cargo.toml": '644 1 [package]\nname = "leaf"\nversion = "1.0.0"\nedition = "2021"\n\n',
  "src/lib.rs": "644 1 pub fn number() -> u8 { 7 }\n",
};

const named = (index: string) => `[registries.mine]\nindex = "${index}"\n`;
const byToken = { CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER: "cargo:token" };

const credentials: [string, NodeJS.ProcessEnv][] = [
  ["a token in the environment", { ...byToken, CARGO_REGISTRIES_MINE_TOKEN: secret }],
  [
    "a credential provider",
    { CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER: `cargo:token-from-stdout echo ${secret}` },
  ],
];

test.each(credentials)("a sparse registry that asks for a token, with %s", async (_, env) => {
  await using it = rig();
  await using registry = await crateRegistry([leaf], { token: secret });
  const { source, requests } = registry;
  expect(await vendorLeaf(it, { source, registry: "mine", config: named(source), env })).toEqual(published);
  expect(requests).toEqual([
    "401 /index/config.json",
    "GET /index/config.json",
    "GET /index/le/af/leaf",
    "GET /dl/leaf-1.0.0.crate",
  ]);
  expect(filesWith(secret, it.store.root)).toEqual([]);
});

test("a registry with its index in git", async () => {
  await using it = rig();
  await using registry = await crateRegistry([leaf], { also: gitBackend(join(it.home, "../served")) });
  writeGitIndex(join(it.home, "../served/index"), [leaf], registry.base);
  const index = `${registry.base}/git/index`;
  const project = { source: `registry+${index}`, registry: "mine", config: named(index) };
  expect(await vendorLeaf(it, project)).toEqual(published);
});

test("a mirror of crates.io", async () => {
  await using it = rig();
  await using mirror = await crateRegistry([leaf]);
  const config = replacedBy(`registry = "${mirror.source}"`);
  expect(await vendorLeaf(it, { source: cratesIoSource, config })).toEqual(published);
});

test("a crate that was yanked stays available to the lock that names it", async () => {
  await using it = rig();
  await using registry = await crateRegistry([leaf], { yanked: ["leaf-1.0.0"] });
  const { source } = registry;
  expect(await vendorLeaf(it, { source, registry: "mine", config: named(source) })).toEqual(published);
});

test("a local registry, without a network", async () => {
  await using it = rig();
  it.write("workspace/crates/leaf-1.0.0.crate", leaf.bytes);
  it.write("workspace/crates/index/le/af/leaf", indexText([leaf], "leaf"));
  const project = { source: cratesIoSource, config: replacedBy('local-registry = "crates"'), offline: true };
  expect(await vendorLeaf(it, project)).toEqual(published);
});

/** A copy of `leaf` as `cargo vendor` writes it, with `library` for its source. */
function writeCopy(it: Rig, library: string, files: Record<string, string> = {}): void {
  it.write("workspace/copies/leaf/Cargo.toml", published["Cargo.toml"].slice("644 1 ".length));
  it.write("workspace/copies/leaf/src/lib.rs", library);
  it.write("workspace/copies/leaf/.cargo-checksum.json", JSON.stringify({ files, package: leaf.checksum }));
}

const original = "pub fn number() -> u8 { 7 }\n";
const copies = { source: cratesIoSource, config: replacedBy('directory = "copies"'), offline: true };

test("a directory of vendored crates, without a network: an unedited copy is the published crate", async () => {
  await using it = rig();
  writeCopy(it, original, { "src/lib.rs": digestOf(original) });
  expect(await vendorLeaf(it, copies)).toEqual(published);
});

test("the same where nothing but the caller names the directory", async () => {
  await using it = rig();
  writeCopy(it, "// edited\n");
  const directory = `${it.workspace}/copies`;
  expect(await vendorLeaf(it, { ...copies, config: "", directory })).toEqual({
    ...published,
    "src/lib.rs": "644 1 // edited\n",
  });
});

test("the same, as a file says that the configuration includes", async () => {
  await using it = rig();
  writeCopy(it, original, { "src/lib.rs": digestOf(original) });
  it.write("workspace/.cargo/more/ours.toml", '[source.ours]\ndirectory = "../copies"\n');
  it.write(
    "workspace/.cargo/more.toml",
    'include = ["more/ours.toml"]\n[source.crates-io]\nreplace-with = "ours"\n',
  );
  expect(await vendorLeaf(it, { ...copies, config: 'include = ["more.toml"]\n' })).toEqual(published);
});

test("a copy that may be edited is taken as it is, whatever Cargo's cache has", async () => {
  await using it = rig();
  it.write("home/registry/cache/index.crates.io-1949cf8c6b5b557f/leaf-1.0.0.crate", leaf.bytes);
  expect(await vendorLeaf(it, { ...copies, config: "" })).toEqual(published);
  for (const text of ["// edited\n", "// edited again\n"]) {
    writeCopy(it, text);
    expect(await vendorLeaf(it, copies)).toEqual({ ...published, "src/lib.rs": `644 1 ${text}` });
  }
  expect(await vendorLeaf(it, { ...copies, published: true })).toEqual(published);
});

test("a copy that vendoring made is the published crate with all its files, wherever that can be had", async () => {
  await using it = rig();
  const all = publishedCrate("leaf", "", {
    "src/lib.rs": original,
    "Cargo.toml.orig": "",
    ".gitignore": "target\n",
    "data/.gitattributes": "* text\n",
  });
  const vendored = { ...copies, checksum: all.checksum };
  const copy = (more: Record<string, string> = {}) => {
    it.write("workspace/copies/leaf/Cargo.toml", published["Cargo.toml"].slice("644 1 ".length));
    it.write("workspace/copies/leaf/src/lib.rs", original);
    const sums = { files: {}, package: all.checksum };
    it.write("workspace/copies/leaf/.cargo-checksum.json", JSON.stringify(sums));
    for (const [path, text] of Object.entries(more)) it.write(`workspace/copies/leaf/${path}`, text);
  };
  const bare = { ...published, ".cargo-checksum.json": expect.any(String) };
  copy();
  expect(await vendorLeaf(it, vendored)).toEqual(bare);
  it.write("home/registry/cache/index.crates.io-1949cf8c6b5b557f/leaf-1.0.0.crate", all.bytes);
  expect(await vendorLeaf(it, { ...vendored, config: "" })).toHaveProperty([".gitignore"]);
  const whole = {
    ...bare,
    "Cargo.toml.orig": "644 1 ",
    ".gitignore": "644 1 target\n",
    "data/.gitattributes": "644 1 * text\n",
  };
  expect(await vendorLeaf(it, vendored)).toEqual(whole);
  copy({ "notes.txt": "added" });
  expect(await vendorLeaf(it, vendored)).toEqual({ ...bare, "notes.txt": "644 1 added" });
});

test("a copy that is not what was vendored is refused, as Cargo refuses it", async () => {
  await using it = rig();
  writeCopy(it, "// edited\n", { "src/lib.rs": digestOf(original) });
  expect(await vendorLeaf(it, copies)).toEqual({
    code: "vendored-crate-changed",
    message: "the vendored copy of `leaf-1.0.0` is not what was vendored",
    causes: [],
    notes: [
      `\`${it.workspace}/copies/leaf/src/lib.rs\` differs from what \`.cargo-checksum.json\` beside it says, is missing, or is a link that leads out`,
      "`.cargo/config.toml` or `cargoVendorDir` puts the directory in the registry's place, so the build uses the copy",
    ],
    help: [
      "vendor again: cargo vendor, or gantry vendor, with the same directory",
      "to change a crate on purpose, give it a patch in `gantry.config.ts`: overrideVendorCargoPackage",
    ],
    status: 1,
  });
});

test("a directory that lacks the crate is Cargo's to explain", async () => {
  await using it = rig();
  mkdirSync(`${it.workspace}/copies`, { recursive: true });
  expect(await vendorLeaf(it, { ...copies, offline: false })).toMatchObject({
    code: "fetch-failed",
    causes: [expect.stringContaining("no matching package named `leaf` found")],
  });
});

const login = "log in: cargo login --registry mine";
const refusals: [string, NodeJS.ProcessEnv, CrateRegistrySetting["refusal"], string][] = [
  [
    "no provider",
    {},
    401,
    "the registry `mine` asks for a token, and Cargo has no credential provider for it",
  ],
  ["no token", byToken, 401, "there is no token for the registry `mine`"],
  [
    "a wrong token",
    { ...byToken, CARGO_REGISTRIES_MINE_TOKEN: `wrong-${secret}` },
    401,
    "the registry `mine` refuses the token (401)",
  ],
  [
    "a token without the right",
    { ...byToken, CARGO_REGISTRIES_MINE_TOKEN: `wrong-${secret}` },
    403,
    "the registry `mine` refuses the token (403)",
  ],
  [
    "a provider that fails",
    { CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER: `cargo:token-from-stdout false wrong-${secret}` },
    401,
    "the credential provider for the registry `mine` failed",
  ],
];

test.each(refusals)("%s", async (_, env, refusal = 401, message) => {
  await using it = rig();
  await using registry = await crateRegistry([leaf], { token: secret, refusal });
  const { source } = registry;
  const error = await vendorLeaf(it, { source, registry: "mine", config: named(source), env });
  expect(error).toEqual({
    code: "registry-auth",
    message,
    causes: expect.any(Array),
    notes: [
      "`leaf` was asked for",
      "crates are fetched outside the sandbox, with the credentials that Cargo has; the build sees none of them",
    ],
    help: [
      login,
      "or, as in CI, set `CARGO_REGISTRIES_MINE_TOKEN`, and `CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER=cargo:token` where no provider is configured",
      "then: cargo fetch --locked",
    ],
    status: 1,
  });
  expect(JSON.stringify(error)).not.toContain(secret);
  expect(filesWith(secret, it.store.root)).toEqual([]);
});

test("a registry that is down is named, with the crate; what was fetched before is built without it", async () => {
  await using it = rig();
  const registry = await crateRegistry([leaf]);
  const { source, base } = registry;
  const project = { source, registry: "mine", config: named(source) };
  await vendorLeaf(it, project);
  await registry[Symbol.asyncDispose]();
  expect(await vendorLeaf(it, project)).toEqual(published);
  await using fresh = rig();
  expect(await vendorLeaf(fresh, project)).toMatchObject({
    code: "fetch-failed",
    message: `cannot download crates from \`${new URL(base).host}\``,
    causes: expect.arrayContaining([
      `failed to get \`leaf\` as a dependency of package \`app v0.1.0 (${fresh.workspace})\``,
    ]),
  });
});

test("the search for secrets finds one", async () => {
  await using it = rig();
  writeFileSync(`${it.store.root}/leaked`, `token ${secret}`);
  expect(filesWith(secret, it.store.root)).toEqual([`${it.store.root}/leaked`]);
});
