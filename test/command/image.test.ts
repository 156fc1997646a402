import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readImage } from "../../src/oci/readLayout.ts";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": 'fn main() {\n    println!("one");\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const src = crane.cleanCargoSource(".");
  const tiny = crane.buildPackage({ src, doCheck: false });
  return {
    packages: { default: tiny, tiny },
    images: {
      server: crane.ociImage({
        contents: [tiny, fileset.include("etc")],
        name: "example.org/tiny",
        config: { ExposedPorts: [8080] },
      }),
    },
  };
});
`,
  "etc/tiny.toml": "port = 8080\n",
  "notes.txt": "mine\n",
});
project.lock();
afterAll(() => project[Symbol.dispose]());

async function gantry(...args: readonly string[]) {
  const { status, err, out } = await project.gantry([...args, "--log-format", "plain"]);
  return { status, said: project.shown(err), out: out.trim() };
}

function layersOf(layout: string) {
  const image = readImage(layout);
  if (!image.ok) throw new Error(image.error);
  return image.value.manifest.layers.map(({ digest }) => digest);
}

test("an image of the description: a link is left to its layout, and an edit changes one layer", async () => {
  const first = await gantry("image", "server");
  expect([first.status, readlinkSync(join(project.root, "result-image-server"))]).toEqual([0, first.out]);
  expect(first.said).toContain("note: sha256:<digest>\n");
  expect(first.said).toMatch(/packed: libraries .* MiB, system \d+ B, tiny .* KiB, files \d+ B\n/);
  // An edit of the program would do the same, and compile.
  project.edit("etc/tiny.toml", "8080", "8081");
  const second = await gantry("image", "server");
  const [before, after] = [layersOf(first.out), layersOf(second.out)];
  expect(after.map((layer, index) => layer === before[index])).toEqual([true, true, true, false]);
  project.edit("etc/tiny.toml", "8081", "8080");
  expect((await gantry("image", "server")).out).toBe(first.out);
});

test("the image is the same when it is made again", async () => {
  const { status, said } = await gantry("image", "server", "--rebuild");
  expect(status, said).toBe(0);
});

test("a package that no image is described of has one; what the command line says is in it", async () => {
  const { status, out } = await gantry(
    ...["image", "tiny", "--format", "oci-dir", "-o", "dir", "--tag", "v2", "--label", "revision=abc"],
  );
  expect([status, out]).toEqual([0, join(project.root, "dir")]);
  const image = readImage(out);
  expect(image).toMatchObject({
    ok: true,
    value: { name: "tiny:v2", config: { config: { Labels: { revision: "abc" } } } },
  });
});

test("an image is written over an image, and over nothing else", async () => {
  expect((await gantry("image", "tiny", "-o", "tiny.tar")).status).toBe(0);
  expect((await gantry("image", "tiny", "-o", "tiny.tar")).status).toBe(0);
  const { status, said } = await gantry("image", "tiny", "-o", "notes.txt");
  expect([status, said]).toEqual([
    1,
    "error[image-output-occupied]: `<project>/notes.txt` is there already\n" +
      "  = note: it is no image that could be replaced\n" +
      "  = help: choose another: -o PATH\n",
  ]);
  expect(project.read("notes.txt")).toBe("mine\n");
  expect((await gantry("image", "tiny", "-o", "src", "--format", "oci-dir")).status).toBe(1);
  expect(existsSync(join(project.root, "src/main.rs"))).toBe(true);
  expect(readdirSync(project.root).filter((name) => name.endsWith(".new"))).toEqual([]);
});

test("a format without a file is refused", async () => {
  expect(await gantry("image", "--format", "oci-dir")).toMatchObject({
    status: 2,
    said: "error[image-format]: `--format oci-dir` is about a file, and none is written\n  = help: say where to write it: gantry image -o PATH --format oci-dir\n",
  });
});

test.each([
  ["serve", "the project has no image and no package `serve`", "did you mean `server`?"],
  ["nothing", "the project has no image and no package `nothing`", "see what there is: gantry show"],
])("an image that is not there: %s", async (name, message, help) => {
  const { status, said } = await gantry("image", name);
  expect([status, said]).toEqual([
    2,
    `error[image-unknown]: ${message}\n  = note: it has \`server\`, \`default\`, \`tiny\`\n  = help: ${help}\n`,
  ]);
});

test("`gantry show` and `gantry graph` have images", async () => {
  expect((await gantry("show")).out).toContain("images\n  server  tiny-image  example.org/tiny:latest\n");
  expect((await gantry("graph")).out).toContain("images.server\n");
});
