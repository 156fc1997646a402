import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** `cargo vendor` leaves out what it has about git. */
const leaf = publishedCrate("leaf", "", {
  "src/lib.rs": "pub fn seven() -> u8 { 7 }\n",
  ".gitignore": "target\n",
  "README.md": "A leaf.\n",
});

const app = {
  "Cargo.toml":
    '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n',
  "src/main.rs": 'fn main() { println!("{}", leaf::seven()) }\n',
};

async function why(project: TempProject): Promise<string[]> {
  const built = await project.gantry(["build", "--profile", "dev"]);
  expect(built.status, built.err).toBe(0);
  return (await project.gantry(["why"])).out.split("\n").filter((line) => line !== "");
}

async function vendor(project: TempProject): Promise<void> {
  const vendored = await project.gantry(["vendor"]);
  expect(vendored.status, vendored.err).toBe(0);
  project.write(".cargo/config.toml", vendored.out);
}

test("what `gantry vendor` wrote compiles nothing, and is no part of the project's source", async () => {
  using project = tempProject(app, { crates: [leaf, publishedCrate("other")] });
  project.lock();
  await why(project);
  await vendor(project);
  const unbuilt = [
    "`app-deps` ran: `.cargo/config.toml` was added",
    "`app` ran: `.cargo/config.toml` was added",
  ];
  expect(await why(project)).toEqual(unbuilt);
  rmSync(`${project.root}/vendor`, { recursive: true });
  rmSync(`${project.root}/.cargo`, { recursive: true });
  project.edit("Cargo.toml", 'leaf = "1"', 'leaf = "1"\nother = "1"');
  project.lock();
  expect(await why(project)).toEqual([
    "`app-deps` ran: `.cargo/config.toml` was removed",
    "  `other 1.0.0` (lib) compiled: it was not built here before",
    "`app` ran: `.cargo/config.toml` was removed, and 2 more",
    "  `app 0.1.0` (bin) compiled: its dependency `other 1` was added",
  ]);
});

test("a copy that was edited is compiled as it is, and said to be", async () => {
  using project = tempProject(app, { crates: [leaf] });
  project.lock();
  await why(project);
  await vendor(project);
  project.write("vendor/leaf/src/lib.rs", "pub fn seven() -> u8 { 8 }\n");
  project.write("vendor/leaf/.cargo-checksum.json", JSON.stringify({ files: {}, package: leaf.checksum }));
  expect(await why(project)).toContain(
    "  `leaf 1.0.0` (lib) compiled: it is taken from `vendor/leaf` now, as it lies there",
  );
  project.write("vendor/leaf/src/lib.rs", "pub fn seven() -> u8 { 9 }\n");
  expect(await why(project)).toContain("  `leaf 1.0.0` (lib) compiled: `vendor/leaf` changed");
});
