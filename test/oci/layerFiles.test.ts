import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { filesOfLayers, followed } from "../../src/oci/layerFiles.ts";
import { type Entry, tarOf } from "../../src/oci/tar.ts";

const scratch = mkdtempSync(join(tmpdir(), "gantry-layers-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const file = (path: string): Entry => ({ type: "file", path, content: Buffer.from(path) });

function layers(...given: readonly [pack: (archive: Buffer) => Uint8Array, entries: readonly Entry[]][]) {
  return given.map(([pack, entries], index) => {
    const path = join(scratch, `layer-${index}`);
    writeFileSync(path, pack(Buffer.concat([...tarOf(entries)])));
    return path;
  });
}

test("what lies in an image: layer over layer, however packed, without what was removed", () => {
  const files = filesOfLayers(
    layers(
      [
        (archive) => archive,
        [file("usr/bin/sh"), { type: "symlink", path: "bin", target: "usr/bin" }, file("etc/a/b")],
      ],
      [gzipSync, [file("etc/.wh.a"), file("opt/x/old"), file("opt/y")]],
      [zstdCompressSync, [file("opt/x/.wh..wh..opq"), file("opt/x/new")]],
    ),
  );
  expect(Object.fromEntries(files)).toEqual({
    bin: { link: "usr/bin" },
    etc: "directory",
    opt: "directory",
    "opt/x": "directory",
    "opt/x/new": "file",
    "opt/y": "file",
    usr: "directory",
    "usr/bin": "directory",
    "usr/bin/sh": "file",
  });
});

test.each(["gnu", "pax"])(
  "files with holes are there, as GNU tar's --sparse packs them in the format %s",
  (format) => {
    const root = join(scratch, format);
    mkdirSync(join(root, "usr/bin"), { recursive: true });
    for (const path of ["init", "usr/bin/sh"]) {
      writeFileSync(join(root, path), "#!");
      truncateSync(join(root, path), 1 << 20);
    }
    writeFileSync(join(root, "usr/bin/plain"), "plain");
    const layer = `${root}.tar`;
    execFileSync("tar", [`--format=${format}`, "--sparse", "-C", root, "-cf", layer, "init", "usr"]);
    expect(statSync(layer).size).toBeLessThan(1 << 20);
    expect(Object.fromEntries(filesOfLayers([layer]))).toEqual({
      init: "file",
      usr: "directory",
      "usr/bin": "directory",
      "usr/bin/plain": "file",
      "usr/bin/sh": "file",
    });
  },
);

test("an archive that is none is told", () => {
  const path = join(scratch, "broken");
  writeFileSync(path, Buffer.alloc(2048, "x"));
  expect(() => filesOfLayers([path])).toThrow();
});

test.each([
  ["bin/server", "usr/bin/server"],
  ["/lib64/ld.so", "usr/lib/ld-2.so"],
  ["opt/app", "opt/app"],
  ["loop/app", "loop/app"],
  ["up/app", "app"],
])("%s leads to %s", (path, leadsTo) => {
  const files = new Map([
    ["bin", { link: "usr/bin" }],
    ["lib64", { link: "/usr/lib" }],
    ["usr/lib/ld.so", { link: "ld-2.so" }],
    ["loop", { link: "loop" }],
    ["up", { link: "../.." }],
  ]);
  expect(followed(files, path)).toBe(leadsTo);
});
