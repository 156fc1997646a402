import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";
import { buildOf } from "./buildOf.ts";
import { configuration, crates, files, leafWith } from "./project.ts";

const project = tempProject(files, { crates });
afterAll(() => project[Symbol.dispose]());

const builds = (vendoring: string) => buildOf(project, vendoring);

/** What a build that fails prints. */
async function failure(vendoring: string): Promise<string> {
  project.write("gantry.config.ts", configuration(vendoring));
  const ran = await project.gantry(["build", "--color", "never", "--log-format", "plain", "-q"]);
  expect(ran.status, ran.out + ran.err).not.toBe(0);
  return project.shown(ran.err).trim();
}

const changedLeaf = {
  app: ["app bin build"],
  "app-deps": ["leaf lib build", "middle lib build"],
};

beforeAll(async () => {
  project.lock();
  expect(await builds("")).toEqual({
    compiled: {
      app: ["app bin build"],
      "app-deps": ["alone lib build", "leaf lib build", "middle lib build"],
    },
    says: "alone 2",
  });
});

beforeEach(() => {
  for (const [path, text] of Object.entries(files)) project.write(path, text);
});

test("a patched crate is compiled again, with what depends on it and nothing else", async () => {
  const vendoring = leafWith('{ patches: ["patches/leaf.patch"] }');
  expect(await builds(vendoring)).toEqual({ compiled: changedLeaf, says: "alone 42" });
  expect((await builds(vendoring)).compiled).toEqual({});
  expect((await builds("")).says).toBe("alone 2");
});

test("a published crate is an input: what it replaces is not compiled again where it is the same", async () => {
  const published = (attrs = "") =>
    `overrideVendorCargoPackage: (lock, crate) => lock.name === "leaf" ? crate.overrideAttrs({ src: crane.downloadCargoPackage({ ...lock, checksum: lock.checksum ?? "" }), ${attrs} }) : crate`;
  expect(await builds(published())).toEqual({ compiled: {}, says: "alone 2" });
  expect((await builds(published('patches: ["patches/leaf.patch"]'))).says).toBe("alone 42");
});

test("another text of the patch is another crate", async () => {
  project.edit("patches/leaf.patch", "+    21", "+    31");
  expect(await builds(leafWith('{ patches: ["patches/leaf.patch"] }'))).toEqual({
    compiled: changedLeaf,
    says: "alone 62",
  });
});

test("commands edit a crate in a sandbox of their own", async () => {
  const vendoring = leafWith('{ postPatch: "sed -i s/1/41/ src/lib.rs" }');
  expect(await builds(vendoring)).toEqual({ compiled: changedLeaf, says: "alone 82" });
  expect((await builds(vendoring)).compiled).toEqual({});
});

test("a directory takes a crate's place", async () => {
  project.write("local/leaf/Cargo.toml", '[package]\nname = "leaf"\nversion = "1.0.0"\nedition = "2021"\n');
  project.write("local/leaf/src/lib.rs", "pub fn value() -> u32 { 50 }\n");
  expect(await builds(leafWith('{ src: path("local/leaf") }'))).toEqual({
    compiled: changedLeaf,
    says: "alone 100",
  });
  project.write("local/leaf/Cargo.toml", '[package]\nname = "leaf"\nversion = "1.2.0"\nedition = "2021"\n');
  expect(await failure(leafWith('{ src: path("local/leaf") }'))).toMatchInlineSnapshot(`
    "error[override-mismatch]: what replaces \`leaf v1.0.0\` is not that package
      = note: it is \`leaf v1.2.0\`
      = help: give \`src\` the same name and version as the lock has, or move the lock with: cargo update
      = help: a package in a repository with others is replaced through \`overrideVendorGitCheckout\`, or by its own directory"
  `);
});

test("a patch that does not apply is an error that names crate, file and hunk", async () => {
  project.edit("patches/leaf.patch", "-    1", "-    one");
  expect(await failure(leafWith('{ patches: ["patches/leaf.patch"] }'))).toMatchInlineSnapshot(`
    "error[patch-failed]: the patch \`patches/leaf.patch\` does not apply to \`leaf v1.0.0\`
      --> patches/leaf.patch:3:1
       |
     3 | @@ -1,3 +1,3 @@
       | ^^^^^^^^^^^^^^^ hunk 1 of \`src/lib.rs\` does not match
       = note: \`src/lib.rs\` has other lines there than the patch expects, from line 1 on
       = note: paths in a patch begin with one directory that is dropped (\`a/src/lib.rs\`), and count from the root of the crate or checkout
       = help: make it again against this version, or remove it from \`patches\` if the change was released

    Caused by:
      patch failed: src/lib.rs:1

    Caused by:
      src/lib.rs: patch does not apply"
  `);
});

test("so is a patch that does not exist", async () => {
  expect(await failure(leafWith('{ patches: ["patches/none.patch"] }'))).toMatchInlineSnapshot(`
    "error[patch-missing]: the patch \`patches/none.patch\` for \`leaf v1.0.0\` does not exist
      = note: patches are named relative to the project's root"
  `);
});

test("a text that is no patch is one, too", async () => {
  project.write("patches/leaf.patch", "not a patch\n");
  expect(await failure(leafWith('{ patches: ["patches/leaf.patch"] }'))).toMatchInlineSnapshot(`
    "error[patch-failed]: the patch \`patches/leaf.patch\` does not apply to \`leaf v1.0.0\`
      = note: paths in a patch begin with one directory that is dropped (\`a/src/lib.rs\`), and count from the root of the crate or checkout
      = help: make it again against this version, or remove it from \`patches\` if the change was released

    Caused by:
      No valid patches in input (allow with "--allow-empty")"
  `);
});

test("a mistake in an override is shown where it was made", async () => {
  const said = await failure("overrideVendorCargoPackage: (lock, crate) => {}");
  expect(said.split("\n").slice(0, 2)).toEqual([
    "error[override-returned-nothing]: `overrideVendorCargoPackage` returned nothing for `alone v1.0.0`",
    expect.stringMatching(/^ +--> gantry\.config\.ts:6:\d+$/),
  ]);
});

test("an override that changes nothing is a warning", async () => {
  project.write("gantry.config.ts", configuration("overrideVendorGitCheckout: (lock, checkout) => checkout"));
  const ran = await project.gantry(["build", "--color", "never", "--log-format", "plain"]);
  expect(ran.status).toBe(0);
  expect(ran.err).toContain("warning[override-unused]: `overrideVendorGitCheckout` changed no checkout");
});
