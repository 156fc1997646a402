import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { network } from "../rig/network.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

/** Milliseconds: the standard library takes its time. */
const patience = 900_000;

/** Only a nightly Cargo compiles the standard library. A release of its own day, so that each run sees the same. */
const channel = "nightly-2026-09-15";

const crates = [
  publishedCrate("leaf", "", { "src/lib.rs": "pub fn value() -> u32 {\n    7\n}\n" }),
  publishedCrate("other", "", { "src/lib.rs": "pub fn value() -> u32 {\n    8\n}\n" }),
];

const manifest =
  '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n';

const configuration = (vendored: string) => `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const buildStd = ["-Z", "build-std=std,panic_abort", "--target", "${hostTriple()}"];
  return {
    packages: {
      default: crane.buildPackage({
        src,${vendored}
        cargoExtraArgs: ["--locked", ...buildStd],
        cargoProfile: "dev",
        doCheck: false,
      }),
    },
  };
});
`;

const both =
  '\n        cargoVendorDir: crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true }),';

describe("`-Z build-std` with a toolchain that Gantry downloads", { timeout: patience }, () => {
  const project = tempProject(
    {
      "Cargo.toml": manifest,
      "src/main.rs": 'fn main() {\n    println!("{}", leaf::value());\n}\n',
      "gantry.config.ts": configuration(""),
      "rust-toolchain.toml": `[toolchain]\nchannel = "${channel}"\n`,
    },
    { crates },
  );
  afterAll(() => project[Symbol.dispose]());
  beforeAll(() => project.lock());

  const build = (...words: string[]) =>
    project.gantry(["build", ...words], {
      env: { RUSTUP_HOME: join(project.home, "rustup"), ...network },
    });

  /** Which units of the project and its crates are compiled, and how many of the standard library's. */
  async function compiles() {
    const ran = await build("--log-format", "json");
    expect(ran.status, ran.out + ran.err).toBe(0);
    const { app = [], "app-deps": deps = [] } = compiledUnits(ran.events);
    const own = deps.filter((unit) => /^(leaf|other) /.test(unit));
    return { app, own, std: deps.length - own.length };
  }

  const says = () => execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" });

  test("whoever does not vendor the standard library's crates is told how", async () => {
    const ran = await build("-q", "--color", "never");
    expect(ran.err).toContain(
      '= help: vendor its crates too: cargoVendorDir: crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true })',
    );
  });

  test("the standard library is compiled with the dependencies, from its own lock and without a network", async () => {
    project.write("gantry.config.ts", configuration(both));
    const { app, own, std } = await compiles();
    expect({ app, own, hasStd: std > 15 }).toEqual({
      app: ["app bin build"],
      own: ["leaf lib build"],
      hasStd: true,
    });
    expect(says()).toBe("7\n");
  });

  test("after an edit of the program it is not compiled again", async () => {
    project.edit("src/main.rs", "leaf::value()", "leaf::value() + 1");
    expect(await compiles()).toEqual({ app: ["app bin build"], own: [], std: 0 });
    expect(says()).toBe("8\n");
  });

  test("nor after a dependency was added", async () => {
    project.edit("Cargo.toml", 'leaf = "1"\n', 'leaf = "1"\nother = "1"\n');
    project.edit("src/main.rs", "leaf::value() + 1", "leaf::value() + other::value()");
    project.lock();
    expect(await compiles()).toEqual({ app: ["app bin build"], own: ["other lib build"], std: 0 });
    expect(says()).toBe("15\n");
  });
});
