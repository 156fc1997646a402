import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { distribution } from "../rig/distribution.ts";
import type { Ran } from "../rig/gantry.ts";
import { gitRepository, library, testerEnv } from "../rig/gitRepository.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { base, ci, freshStore, makeSeed, removeAll, stepsOf, unitsOf } from "./sharedMachines.ts";

beforeAll(makeSeed);
afterAll(removeAll);

type Machine = { readonly store: string; readonly env?: Readonly<Record<string, string | undefined>> };

/** A command as CI runs it, which writes to a cache, and as others do. */
function machines(project: TempProject, name: string) {
  const GANTRY_CACHE = join(base, `cache-of-${name}`);
  const run = (words: readonly string[], { store, env }: Machine) =>
    project.gantry([...words, "--log-format", "json"], { store, env: { GANTRY_CACHE, ...env } });
  return {
    ci: (words: readonly string[], { store, env }: Machine) =>
      run(words, { store, env: { CI: "1", GANTRY_CACHE_SIGN_WITH: ci.secret, ...env } }),
    other: (words: readonly string[], { store, env }: Machine) =>
      run(words, { store, env: { GANTRY_CACHE_TRUSTED_KEYS: ci.trusted, ...env } }),
  };
}

/** What was looked for in the cache and what came, by kind. */
function broughtBy({ events }: Ran): Readonly<Record<string, unknown>> {
  const report = events.find(({ type }) => type === "shared-cache");
  return Object.fromEntries(Object.entries(report?.kinds ?? {}));
}

test("checkouts of git dependencies come from the cache, when there is no repository any more", async () => {
  const repository = gitRepository(join(base, "repositories/dep"));
  const commit = repository.commit({
    ...library("dep", "1.0.0", "pub fn two() -> i32 { helper::one() + 1 }\n"),
    "Cargo.toml":
      '[package]\nname = "dep"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nhelper = { path = "helper" }\n',
    "helper/Cargo.toml": library("helper", "1.0.0")["Cargo.toml"],
    "helper/src/lib.rs": "pub fn one() -> i32 { 1 }\n",
  });
  const url = `file://${repository.directory}`;
  using project = tempProject({
    "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\ndep = { git = "${url}" }\n`,
    "Cargo.lock": `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "dep",
]

[[package]]
name = "dep"
version = "1.0.0"
source = "git+${url}#${commit}"
dependencies = [
 "helper",
]

[[package]]
name = "helper"
version = "1.0.0"
source = "git+${url}#${commit}"
`,
    "src/main.rs": 'fn main() {\n    println!("{}", dep::two());\n}\n',
  });
  const { ci: build, other } = machines(project, "git");
  const env = testerEnv();
  expect(await build(["build"], { store: freshStore(), env })).toMatchObject({ status: 0 });
  rmSync(repository.directory, { recursive: true });

  // Where the result is known, no checkout is asked for.
  const known = await other(["build"], { store: freshStore(), env });
  expect(stepsOf(known)).toEqual({ "app-deps": "fetched", app: "fetched" });
  expect(broughtBy(known)).not.toHaveProperty("git");

  project.edit("src/main.rs", "{}", "{}!");
  const edited = await other(["build"], { store: freshStore(), env });
  expect(edited).toMatchObject({ status: 0 });
  expect(unitsOf(edited).compiled).toEqual(["app 0.1.0 bin build"]);
  expect(broughtBy(edited)).toMatchObject({ git: { lookedFor: 1, found: 1 } });

  // Without the cache there is nothing to be had.
  const alone = await other(["build"], { store: freshStore(), env: { ...env, GANTRY_CACHE: "none" } });
  expect(alone).toMatchObject({ status: 1 });
});

test("components of toolchains and their manifest come from the cache, when the server answers nothing", async () => {
  const host = hostTriple();
  const version = "1.95.0 (0123456789 2026-04-14)";
  const part = (name: string, files: Readonly<Record<string, string>>) => ({ name, target: host, files });
  await using server = await distribution(host, [
    {
      channels: ["1.95.0"],
      date: "2026-04-16",
      version,
      components: [
        part("rustc", { "bin/rustc": `#!/bin/sh\necho "rustc ${version}"\n` }),
        part("cargo", { "bin/cargo": "#!/bin/sh\nexit 1\n" }),
        part("rust-std", { [`lib/rustlib/${host}/lib/libstd.rlib`]: "std" }),
      ],
    },
  ]);
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.95.0"\nprofile = "minimal"\n',
    "src/main.rs": "fn main() {}\n",
    "gantry.config.ts": `import { defineProject } from "gantry";
export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
  cache: { url: ${JSON.stringify(`file://${join(base, "cache-of-toolchain")}`)}, trustedKeys: [${JSON.stringify(ci.trusted)}] },
}));
`,
  });
  project.lock();
  // The cache is named by the configuration alone.
  const env = {
    ...{ RUSTUP_HOME: join(base, "no-rustup"), RUSTUP_DIST_SERVER: server.url },
    ...{ GANTRY_CACHE: undefined, GANTRY_CACHE_TRUSTED_KEYS: undefined },
  };
  const { ci: inCi, other } = machines(project, "toolchain");
  // Such a compiler builds nothing; it is there before that is found out.
  await inCi(["build"], { store: freshStore(), env });
  expect(server.asked.filter((path) => path.endsWith(".tar.xz"))).toHaveLength(3);
  server.asked.splice(0);
  const store = freshStore();
  const ran = await other(["build"], { store, env });
  expect(server.asked).toEqual([]);
  expect(broughtBy(ran)).toMatchObject({
    "channel-manifest": { lookedFor: 1, found: 1 },
    component: { lookedFor: 3, found: 3 },
  });
  // They are there for who trusts the key, and for nobody else.
  const shown = (trusted: string | undefined) =>
    other(["develop", "-c", "rustc"], { store, env: { ...env, GANTRY_CACHE_TRUSTED_KEYS: trusted } });
  await shown(undefined);
  expect(server.asked.filter((path) => /(?:rustc|cargo|rust-std)-/.test(path))).toEqual([]);
});

test("what is taken from a published crate as a tool comes from the cache, when no registry has it", async () => {
  const tool = publishedCrate("tool", "", { "bin/greet": "#!/bin/sh\necho hello\n" });
  using project = tempProject(
    {
      "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\nbuild = "build.rs"\n',
      "build.rs": `fn main() {
    let said = std::process::Command::new("greet").output().unwrap().stdout;
    println!("cargo::rustc-env=SAID={}", String::from_utf8(said).unwrap().trim());
}
`,
      "src/main.rs": 'fn main() {\n    println!("{}", env!("SAID"));\n}\n',
      "gantry.config.ts": `import { defineProject, pkg } from "gantry";
export default defineProject(({ crane }) => {
  const greet = pkg({
  name: "greet",
  bins: ["greet"],
  names: {},
  crates: [{ platform: "linux-${process.arch === "arm64" ? "aarch64" : "x86_64"}", crate: "tool", version: "1.0.0", checksum: "${tool.checksum}", files: { "bin/greet": "bin/greet" } }],
});
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src, nativeBuildInputs: [greet] }) } };
});
`,
    },
    { crates: [tool] },
  );
  project.write("Cargo.lock", 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n');
  const { ci: build, other } = machines(project, "tool");
  expect(await build(["build"], { store: freshStore() })).toMatchObject({ status: 0 });
  rmSync(join(project.home, "registry"), { recursive: true });
  writeFileSync(join(project.home, "config.toml"), "[net]\noffline = true\n");
  project.edit("src/main.rs", "{}", "{}!");
  const ran = await other(["build"], { store: freshStore() });
  expect(ran).toMatchObject({ status: 0 });
  expect(broughtBy(ran)).toMatchObject({ "native-crate": { lookedFor: 1, found: 1 } });
});

test("results of tests that another machine kept are not found out again", async () => {
  using project = tempProject({
    "Cargo.toml": '[workspace]\nmembers = ["one", "two"]\nresolver = "3"\n',
    "one/Cargo.toml": '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2024"\n',
    "one/src/lib.rs": "#[test]\nfn passes() {}\n",
    "two/Cargo.toml": '[package]\nname = "two"\nversion = "0.1.0"\nedition = "2024"\n',
    "two/src/lib.rs": "#[test]\nfn passes() {}\n",
    "gantry.config.ts": `import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const common = { src: crane.cleanCargoSource(".") };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const tests = crane.cargoTest({ ...common, cargoArtifacts, keepTestResults: true });
  return { packages: { default: cargoArtifacts }, checks: { tests } };
});
`,
  });
  project.lock();
  const { ci: check, other } = machines(project, "tests");
  const testsOf = ({ events }: Ran) =>
    events.flatMap(({ type, name, status }) => (type === "test" ? [`${name} ${status}`] : [])).sort();
  const first = await check(["check"], { store: freshStore() });
  expect(first).toMatchObject({ status: 0 });
  expect(testsOf(first)).toEqual(["one run", "two run"]);
  project.write("one/src/lib.rs", '#[test]\nfn passes() {\n    println!("another");\n}\n');
  const edited = await other(["check"], { store: freshStore() });
  expect(edited).toMatchObject({ status: 0 });
  expect(testsOf(edited)).toEqual(["one run", "two kept"]);
  expect(broughtBy(edited)).toMatchObject({ "test-result": { lookedFor: 1, found: 1 } });
});

test("warnings of the project come with a result, to who trusts it", async () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
    "src/main.rs": "fn main() {\n    let unused = 1;\n}\n",
  });
  project.lock();
  const { ci: build, other } = machines(project, "warnings");
  const isSaid = ({ out }: Ran) => out.includes("warning: unused variable: `unused`");
  expect(isSaid(await build(["build"], { store: freshStore() }))).toBe(true);
  const store = freshStore();
  const fetched = await other(["build"], { store });
  expect(stepsOf(fetched)).toMatchObject({ app: "fetched" });
  expect(isSaid(fetched)).toBe(true);
  const again = await other(["build"], { store });
  expect(stepsOf(again)).toMatchObject({ app: "cached" });
  expect(isSaid(again)).toBe(true);
});
