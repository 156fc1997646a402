import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { expectWhole } from "../rig/expectWhole.ts";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

const leaf = "registry/cache/index.crates.io-1949cf8c6b5b557f/leaf-1.0.0.crate";

// In its store the crate never is.
const shared = smallProject();
afterAll(() => shared[Symbol.dispose]());

test("a corrupt crate in Cargo's download cache does not enter the store", async () => {
  using project = smallProject({}, shared.store);
  const checksum = /checksum = "(.*)"/.exec(project.read("Cargo.lock"))?.[1];
  writeFileSync(join(project.home, leaf), "what a proxy answered\n");
  const ran = await project.gantry(["build"]);
  expect([
    ran.status,
    ran.err.replaceAll(project.home, "<home>").replace(/^ +(Vendored|Preparing).*\n/gm, ""),
  ]).toEqual([
    1,
    `error[checksum-mismatch]: the download of \`leaf-1.0.0\` is not what \`Cargo.lock\` pins
  = note: the file is \`<home>/${leaf}\`, in Cargo's download cache, which Cargo does not verify again
  = note: it came from crates.io
  = note: expected ${checksum}
  = note: found    30b1f04d0f2192c424bbde4f30dbf676a1c0d36086de17e1a83c0c3cc4a6f3c5
  = help: delete the file and fetch again: rm '<home>/${leaf}' && cargo fetch --locked
  = help: if that gives the same file, the registry or a mirror changed the crate, or somebody changed \`Cargo.lock\`: compare it with its history before you trust either
`,
  ]);
  await expectWhole(project);
});

test("a crate that is not downloaded, with `--offline`", async () => {
  using project = smallProject({}, shared.store);
  rmSync(join(project.home, leaf));
  expect(await failureOf(project, ["build", "--offline"])).toBe(`1
error[crate-missing]: 1 crate is not downloaded yet, and \`--offline\` forbids to fetch
  = note: \`leaf-1.0.0\` from crates.io
  = help: fetch once with the network: cargo fetch --locked
`);
});
