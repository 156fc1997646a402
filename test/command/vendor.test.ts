import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { vendorCrates } from "../../src/command/vendor/vendorCrates.ts";
import { cratesIoSource, type Rig, rig } from "../fetch/registry/rig.ts";

const manifest = `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
cfg-if = "=1.0.0"
cfg-if-01 = { package = "cfg-if", version = "=0.1.10" }
itoa = "=1.0.15"
ryu = "=1.0.20"
unicode-ident = "=1.0.18"
`;

const lock = `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "cfg-if 0.1.10",
 "cfg-if 1.0.0",
 "itoa",
 "ryu",
 "unicode-ident",
]
${pinned("cfg-if", "0.1.10", "4785bdd1c96b2a846b2bd7cc02e86b6b3dbf14e7e53446c4f54c92a361040822")}
${pinned("cfg-if", "1.0.0", "baf1de4339761588bc0619e3cbc0120ee582ebb74b53b4efbf79117bd2da40fd")}
${pinned("itoa", "1.0.15", "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c")}
${pinned("ryu", "1.0.20", "28d3b2b1366ec20994f1fd18c3c594f05c5dd4bc44d8bb0c1c632c8d6829481f")}
${pinned("unicode-ident", "1.0.18", "5a5f39404a5da50712a4c1eecf25e90dd62b613502b7e925fd4e4d19b5c96512")}`;

function pinned(name: string, version: string, checksum: string): string {
  return `\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${cratesIoSource}"\nchecksum = "${checksum}"\n`;
}

/** A small program with real crates, one of them in two versions and one with `.gitignore` files in it. */
function realProject(it: Rig): void {
  it.write("workspace/Cargo.toml", manifest);
  it.write("workspace/Cargo.lock", lock);
  it.write("workspace/src/main.rs", 'fn main() { println!("{}", itoa::Buffer::new().format(7)) }\n');
}

const { signal } = new AbortController();

/** With the user's own Cargo home, since the crates come from crates.io. */
function run(it: Rig, directory = `${it.workspace}/vendor`) {
  return vendorCrates(
    { cwd: it.workspace, offline: false, frozen: false, signal, store: it.store.root, directory },
    () => {},
  );
}

const configuration = `[source.crates-io]
replace-with = "vendored-sources"

[source.vendored-sources]
directory = "vendor"
`;

/** Path → digest of each file. */
function contents(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const pairs = paths.sort().map((path) => [path.slice(directory.length + 1), digestOf(readFileSync(path))]);
  return Object.fromEntries(pairs);
}

test("what is written is what `cargo vendor` writes, and plain cargo builds with it", async () => {
  await using it = rig();
  realProject(it);
  const result = await run(it);
  expect(result).toEqual({ ok: true, value: { stdout: configuration, finished: "vendoring 5 crates" } });
  expect(readdirSync(`${it.workspace}/vendor`).sort()).toEqual([
    "cfg-if",
    "cfg-if-0.1.10",
    "itoa",
    "ryu",
    "unicode-ident",
  ]);

  const cargo = await execa("cargo", ["vendor", "--locked", "../theirs"], { cwd: it.workspace });
  expect(contents(`${it.workspace}/vendor`)).toEqual(contents(resolve(it.workspace, "../theirs")));
  expect(cargo.stdout.replace("../theirs", "vendor").trim()).toBe(configuration.trim());

  it.write("workspace/.cargo/config.toml", configuration);
  const built = await execa("cargo", ["run", "--offline", "--locked", "--quiet"], {
    cwd: it.workspace,
    env: { CARGO_HOME: it.home },
  });
  expect(built.stdout).toBe("7");
});

test("patches that no package uses are not fetched, and plain cargo finds them", async () => {
  await using it = rig();
  realProject(it);
  const [dead, commit] = ["https://example.invalid/repository", "0123456789012345678901234567890123456789"];
  it.write(
    "workspace/Cargo.toml",
    `${manifest}\n[patch."https://example.invalid/other"]\nhashbrown = "=0.15.2"\nitoa = { git = "${dead}" }\n`,
  );
  // As Cargo writes them: one of crates.io without a checksum, and one that is called like a crate that is used.
  const unused = `\n[[patch.unused]]\nname = "hashbrown"\nversion = "0.15.2"\nsource = "${cratesIoSource}"\n
[[patch.unused]]\nname = "itoa"\nversion = "0.9.9"\nsource = "git+${dead}#${commit}"\n`;
  it.write("workspace/Cargo.lock", lock + unused);
  const result = await run(it);
  const config = result.ok ? (result.value.stdout ?? "") : result.error.message;
  it.write("workspace/.cargo/config.toml", config);
  const built = await execa("cargo", ["run", "--offline", "--locked"], {
    cwd: it.workspace,
    env: { CARGO_HOME: it.home },
  });
  expect(built.stdout).toBe("7");
  expect(built.stderr.match(/(?<=patch `)\S+ [\w.]+/g)?.sort()).toEqual(["hashbrown v0.15.2", "itoa v0.9.9"]);
});

test("plain cargo refuses a crate that was changed after it was vendored, as it does with `cargo vendor`", async () => {
  await using it = rig();
  realProject(it);
  await run(it);
  it.write("workspace/.cargo/config.toml", configuration);
  it.write("workspace/vendor/itoa/src/lib.rs", "// edited\n");
  const built = await execa("cargo", ["check", "--offline", "--locked"], {
    cwd: it.workspace,
    env: { CARGO_HOME: it.home },
    reject: false,
  });
  expect(built.exitCode).toBe(101);
  expect(built.stderr).toContain(
    `the listed checksum of \`${it.workspace}/vendor/itoa/src/lib.rs\` has changed`,
  );
});

test("the copies are the user's: editing one changes nothing in the store", async () => {
  await using it = rig();
  realProject(it);
  await run(it);
  const file = `${it.workspace}/vendor/itoa/src/lib.rs`;
  const original = readFileSync(file, "utf8");
  writeFileSync(file, "// edited\n");
  await run(it);
  expect(readFileSync(file, "utf8")).toBe(original);
});

test("crates that the lock no longer names go, hidden files of the user's stay", async () => {
  await using it = rig();
  realProject(it);
  it.write("workspace/vendor/gone-1.0.0/.cargo-checksum.json", "{}");
  it.write("workspace/vendor/.gitattributes", "* -text\n");
  await run(it);
  const names = [".gitattributes", "cfg-if", "cfg-if-0.1.10", "itoa", "ryu", "unicode-ident"];
  expect(readdirSync(`${it.workspace}/vendor`).sort()).toEqual(names);
  expect(readdirSync(it.workspace).sort()).toEqual(["Cargo.lock", "Cargo.toml", "src", "vendor"]);
});

test("a directory with something else in it is left alone", async () => {
  await using it = rig();
  realProject(it);
  const directory = `${it.workspace}/src`;
  expect(await run(it, directory)).toEqual({
    ok: false,
    error: {
      code: "vendor-occupied",
      message: `\`${directory}\` holds something else than vendored crates: \`main.rs\``,
      notes: ["vendoring replaces the whole directory"],
      help: ["move it away, or choose another directory: gantry vendor DIR"],
      causes: [],
      status: 2,
    },
  });
  expect(readdirSync(directory)).toEqual(["main.rs"]);
});

test("a directory outside the project is named by its whole path", async () => {
  await using it = rig();
  realProject(it);
  const directory = `${it.home}/crates`;
  mkdirSync(`${it.workspace}/src/deeper`);
  const options = {
    cwd: `${it.workspace}/src/deeper`,
    offline: true,
    frozen: false,
    signal,
    store: it.store.root,
    directory,
  };
  const result = await vendorCrates(options, () => {});
  expect(result.ok && result.value.stdout).toBe(configuration.replace('"vendor"', `"${directory}"`));
});

test("a project without dependencies has nothing to vendor", async () => {
  await using it = rig();
  it.write("workspace/Cargo.lock", 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n');
  const events: unknown[] = [];
  const options = {
    cwd: it.workspace,
    offline: false,
    frozen: false,
    signal,
    store: it.store.root,
    directory: `${it.workspace}/vendor`,
  };
  const result = await vendorCrates(options, (event) => events.push(event));
  expect(result).toEqual({ ok: true, value: {} });
  expect(events).toEqual([{ type: "note", text: "there is no dependency to vendor in this project" }]);
});

test("without a lock the message says how to make one", async () => {
  await using it = rig();
  rmSync(it.workspace, { recursive: true });
  mkdirSync(it.workspace);
  expect(await run(it)).toMatchObject({
    ok: false,
    error: {
      code: "lock-missing",
      message: `\`Cargo.lock\` not found in \`${it.workspace}\` or any directory above it`,
      help: ["cargo generate-lockfile"],
    },
  });
});
