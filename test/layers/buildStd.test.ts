import { join } from "node:path";
import { expect, test } from "vitest";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { distribution } from "../rig/distribution.ts";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const host = hostTriple();
const crates = [publishedCrate("cfg-if", "", { "src/lib.rs": "" })];
const workspace = '[package]\nname = "std"\nversion = "0.0.0"\n\n[dependencies]\ncfg-if = "1"\n';

test("a configuration that asks for the standard library's lock gets that of a toolchain that is downloaded for it", async () => {
  await using server = await distribution(host, [
    {
      channels: ["nightly"],
      date: "2026-09-15",
      version: "1.99.0-nightly (0123456789 2026-09-14)",
      components: [
        { name: "rustc", target: host, files: { "bin/rustc": "#!/bin/sh\necho rustc 1.99.0-nightly\n" } },
        { name: "cargo", target: host, files: { "bin/cargo": "#!/bin/sh\n" } },
        { name: "rust-std", target: host, files: { [`lib/rustlib/${host}/lib/libstd.rlib`]: "std" } },
        {
          name: "rust-src",
          target: "*",
          files: { "lib/rustlib/src/rust/library/Cargo.lock": lockText([workspace], crates) },
        },
      ],
    },
  ]);
  using project = tempProject(
    {
      "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/main.rs": "fn main() {}\n",
      "rust-toolchain.toml": '[toolchain]\nchannel = "nightly-2026-09-15"\n',
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const named: string[] = [];
  const cargoVendorDir = crane.vendorMultipleCargoDeps({
    cargoLockList: ["Cargo.lock"],
    standardLibrary: true,
    overrideVendorCargoPackage(crate, checkout) {
      named.push(crate.name);
      return checkout;
    },
  });
  const app = crane.buildPackage({ src: crane.cleanCargoSource("."), cargoVendorDir });
  return { packages: { default: app, [named.join()]: app } };
});
`,
    },
    { crates },
  );
  project.lock();
  const env = { RUSTUP_HOME: join(project.home, "rustup"), RUSTUP_DIST_SERVER: server.url };
  const shown = await project.gantry(["show"], { env });
  expect(shown.out, shown.err).toContain("packages\n  default  app");
  expect(shown.out).toContain("  cfg-if ");
});
