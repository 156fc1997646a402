import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeEach, expect, test } from "vitest";
import { crateRegistry } from "../fetch/registry/crateRegistry.ts";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { configuration, crates, files } from "./project.ts";

const extra = publishedCrate("extra");
const project = tempProject(files, { crates: [...crates, extra] });
afterAll(() => project[Symbol.dispose]());

const good = lockText([files["Cargo.toml"]], crates);
const empty = 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n';
const tools = lockText(
  ['[package]\nname = "tools"\n\n[dependencies]\nextra = "1"\nleaf = "1"\n'],
  [...crates, extra],
);

beforeEach(() => project.write("Cargo.lock", empty));

/** Builds, and says which crates the build saw. */
async function crateNames(vendoring: string): Promise<string[]> {
  project.write(
    "gantry.config.ts",
    configuration(`postInstall: "ls /build/vendor > $out/crates", ${vendoring}`),
  );
  const ran = await project.gantry(["build"]);
  expect(ran.status, ran.err).toBe(0);
  return readFileSync(`${project.root}/result/crates`, "utf8").trim().split("\n");
}

const needed = ["alone-1.0.0", "leaf-1.0.0", "middle-1.0.0"];

test("a lock elsewhere takes the place of the source's own, for the crates and for Cargo", async () => {
  project.write("locks/Cargo.lock", good);
  expect(await crateNames('cargoLock: "locks/Cargo.lock"')).toEqual(needed);
});

test("so does a text", async () => {
  expect(await crateNames(`cargoLockContents: ${JSON.stringify(good)}`)).toEqual(needed);
});

test("several locks are vendored together, each crate once", async () => {
  project.write("Cargo.lock", good);
  project.write("tools/Cargo.lock", tools);
  const locks = 'cargoLockList: ["Cargo.lock", "tools/Cargo.lock"]';
  expect(await crateNames(`cargoVendorDir: crane.vendorMultipleCargoDeps({ ${locks} })`)).toEqual([
    "alone-1.0.0",
    "extra-1.0.0",
    "leaf-1.0.0",
    "middle-1.0.0",
  ]);
});

test("a list of packages is a lock, too, of which only a part is taken", async () => {
  project.write("Cargo.lock", good);
  const packages = "{ lockPackages: crane.lockPackages({ src }) }";
  expect(await crateNames(`cargoVendorDir: crane.vendorCargoRegistries(${packages})`)).toEqual(needed);
});

test("a directory has the crates, as `cargo vendor` left and somebody edited them; one that is not there is told", async () => {
  project.write("Cargo.lock", good);
  const [leaf] = crates;
  project.write("copies/leaf/Cargo.toml", '[package]\nname = "leaf"\nversion = "1.0.0"\nedition = "2021"\n');
  project.write("copies/leaf/src/lib.rs", "pub fn value() -> u32 {\n    50\n}\n");
  project.write("copies/leaf/.cargo-checksum.json", JSON.stringify({ files: {}, package: leaf?.checksum }));
  expect(await crateNames('cargoVendorDir: path("copies")')).toEqual(needed);
  expect(execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" })).toBe("alone 100\n");
  project.write("gantry.config.ts", configuration('cargoVendorDir: path("copeis")'));
  const ran = await project.gantry(["build", "--log-format", "plain"]);
  expect(ran.err).toContain(
    "error[vendor-missing]: the directory `copeis` of `cargoVendorDir` does not exist",
  );
});

test("a project without dependencies needs no crates at all", async () => {
  using alone = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "fn main() {}\n",
    "Cargo.lock": empty,
    "gantry.config.ts": configuration('cargoVendorDir: null, postInstall: "ls /build > $out/seen"'),
  });
  const ran = await alone.gantry(["build"], { store: project.store });
  expect(ran.status, ran.err).toBe(0);
  expect(readFileSync(`${alone.root}/result/seen`, "utf8")).not.toContain("vendor");
});

test("crates of such a text that are not downloaded yet are fetched, though the project's lock has none", async () => {
  const late = publishedCrate("late");
  await using registry = await crateRegistry([late]);
  const entry = `name = "late"\nversion = "1.0.0"\nsource = "${registry.source}"\nchecksum = "${late.checksum}"\n`;
  const text = JSON.stringify(`${empty}\n[[package]]\n${entry}`);
  const both = `crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], cargoLockContentsList: [${text}] })`;
  project.write("Cargo.lock", good);
  const seen = await crateNames(`cargoVendorDir: ${both}`);
  expect(seen.filter((name) => !needed.includes(name)).length).toBe(1);
  expect(registry.requests).toContain("GET /dl/late-1.0.0.crate");
});

test("a lock that does not exist is an error in the configuration", async () => {
  project.write("gantry.config.ts", configuration('cargoLock: "locks/none.lock"'));
  const ran = await project.gantry(["build", "--color", "never"]);
  expect(ran.status).toBe(2);
  expect(ran.err).toContain("error[lock-missing]: the lock `locks/none.lock` does not exist");
});
