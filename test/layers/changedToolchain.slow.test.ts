import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { network } from "../rig/network.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

// With releases that Gantry downloads, whatever rustup has here.

/** Milliseconds, for what is downloaded and unpacked. */
const patience = 900_000;

const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n',
    "src/main.rs": 'fn main() {\n    println!("{}", leaf::value());\n}\n',
  },
  { crates: [publishedCrate("leaf", "", { "src/lib.rs": "pub fn value() -> u32 {\n    7\n}\n" })] },
);
afterAll(() => project[Symbol.dispose]());
beforeAll(() => project.lock());

const env = { RUSTUP_HOME: join(project.home, "rustup"), ...network };

async function compiledWith(channel: string, components: readonly string[] = []) {
  const list = JSON.stringify(components);
  project.write(
    "rust-toolchain.toml",
    `[toolchain]\nchannel = "${channel}"\nprofile = "minimal"\ncomponents = ${list}\n`,
  );
  const ran = await project.gantry(["build", "--log-format", "json"], { env });
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const everything = { app: ["app bin build"], "app-deps": ["leaf lib build"] };

test("what a build cannot see of a toolchain recompiles nothing; another compiler recompiles everything, and `why` says so", {
  timeout: patience,
}, async () => {
  expect(await compiledWith("1.94.1")).toEqual(everything);
  expect(await compiledWith("1.94.1", ["rust-src"])).toEqual({});
  expect(await compiledWith("1.94.1", ["rust-src", "rust-docs"])).toEqual({});
  expect(await compiledWith("1.94.0")).toEqual(everything);
  const why = await project.gantry(["why"], { env });
  expect(why.out).toContain("the toolchain changed from rustc 1.94.1 to rustc 1.94.0");
  expect(await compiledWith("1.94.1")).toEqual({});
});
