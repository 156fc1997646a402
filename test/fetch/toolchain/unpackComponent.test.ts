import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Header } from "tar";
import { expect, test } from "vitest";
import { unpackComponent } from "../../../src/fetch/toolchain/unpackComponent.ts";

type Entry = { readonly path: string; readonly text?: string; readonly to?: string; readonly type?: "Link" };

function rig() {
  const root = mkdtempSync(join(tmpdir(), "gantry-unpack-"));
  const [into, scratch, outside] = ["into", "scratch", "outside"].map((name) => join(root, name));
  for (const directory of [into, scratch, outside]) mkdirSync(directory ?? "");
  writeFileSync(join(root, "outside/kept"), "kept");
  return {
    ...{ root, into: into ?? "" },
    unpack(entries: readonly Entry[], packed = (tar: Buffer) => execFileSync("xz", { input: tar })) {
      writeFileSync(join(root, "archive"), packed(archive(entries)));
      const { signal } = new AbortController();
      return unpackComponent(join(root, "archive"), {
        ...{
          name: "rustc of toolchain 1.95.0",
          component: "rustc",
          into: into ?? "",
          scratch: scratch ?? "",
          signal,
        },
        onProgress: () => undefined,
      });
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

/** Written by hand: no `tar` makes an archive whose paths lead out of it. */
function archive(entries: readonly Entry[]): Buffer {
  const blocks = entries.map(({ path, text = "", to, type = "SymbolicLink" as const }) => {
    const block = Buffer.alloc(512);
    const content = Buffer.from(text);
    const kind = to === undefined ? { type: "File" as const } : { type, linkpath: to };
    new Header({ path, mode: 0o644, size: content.length, ...kind }).encode(block);
    return Buffer.concat([block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const head: readonly Entry[] = [
  { path: "top/rust-installer-version", text: "3\n" },
  { path: "top/components", text: "rustc\n" },
];
const lists = (text: string): Entry => ({ path: "top/rustc/manifest.in", text });

// Releases before Rust 1.19 are packed with gzip.
test.each(["xz", "gzip"])(
  "what the list of an archive of `%s` names is installed, with the list",
  async (how) => {
    using it = rig();
    const entries = [
      ...[...head, lists("file:bin/rustc\ndir:share/doc\n")],
      { path: "top/rustc/bin/rustc", text: "compiler" },
      { path: "top/rustc/share/doc/a", text: "a" },
      { path: "top/rustc/share/other", text: "not listed" },
    ];
    expect(await it.unpack(entries, (input) => execFileSync(how, { input }))).toEqual({ ok: true });
    const files = readdirSync(it.into, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    expect(files.map((each) => join(each.parentPath, each.name).slice(it.into.length + 1)).sort()).toEqual([
      ...["bin/rustc", "lib/rustlib/manifest-rustc", "share/doc/a"],
    ]);
    expect(readFileSync(join(it.into, "lib/rustlib/manifest-rustc"), "utf8")).toBe(
      "file:bin/rustc\ndir:share/doc\n",
    );
  },
);

test.each<[string, readonly Entry[]]>([
  ["with a path out of it", [...head, { path: "top/../../outside/new", text: "x" }]],
  ["with an absolute path", [...head, { path: "/tmp/gantry-absolute", text: "x" }]],
  ["that lists a path out of it", [...head, lists("file:../../outside/kept\n")]],
  ["that lists an absolute path", [...head, lists("file:/etc/hostname\n")]],
  ["that lists itself", [...head, lists("dir:.\n")]],
  ["that lists nothing that is there", [...head, lists("file:bin/none\n")]],
  [
    "that lists what is neither",
    [...head, lists("link:bin/rustc\n"), { path: "top/rustc/bin/rustc", text: "x" }],
  ],
  [
    "that takes a file from behind a link",
    [...head, { path: "top/rustc/lib", to: "../../../outside" }, lists("file:lib/kept\n")],
  ],
  [
    "that writes a file through a link",
    [...head, { path: "top/rustc/lib", to: "../../outside" }, { path: "top/rustc/lib/new", text: "x" }],
  ],
  [
    "that installs a file behind a link",
    [...[...head, lists("file:lib\nfile:lib/new\n")], { path: "top/rustc/lib", to: "../outside" }],
  ],
  ["that has its list behind a link", [...head, { path: "top/rustc", to: "../../outside" }]],
  ["that names a component out of it", [head[0] as Entry, { path: "top/components", text: "../outside\n" }]],
  [
    "that links a file from without",
    [...head, { path: "top/rustc/bin/rustc", to: "../../outside/kept", type: "Link" }],
  ],
  ["of another installer", [{ path: "top/rust-installer-version", text: "4\n" }]],
  ["with nothing", []],
  ["that has a file below a file", [...head, { path: "top/a", text: "x" }, { path: "top/a/b", text: "x" }]],
  [
    "that has a file for a directory",
    [...head, { path: "top/a/b", text: "x" }, { path: "top/a", text: "x" }],
  ],
])("an archive %s is refused, and nothing happens outside", async (_, entries) => {
  using it = rig();
  const result = await it.unpack(entries);
  expect(result).toMatchObject({
    error: { code: "component-malformed", message: "rustc of toolchain 1.95.0 cannot be unpacked" },
  });
  expect(readdirSync(join(it.root, "outside"))).toEqual(["kept"]);
  expect(readFileSync(join(it.root, "outside/kept"), "utf8")).toBe("kept");
  expect(existsSync("/tmp/gantry-absolute")).toBe(false);
});

test("nothing is written any more when an archive was refused", async () => {
  using it = rig();
  const many = Array.from({ length: 200 }, (_, at) => ({ path: `top/d/${at}`, text: "x".repeat(5000) }));
  const result = await it.unpack([...many, { path: "top/d", text: "a file" }, ...many]);
  expect(result).toMatchObject({ error: { causes: ["`d` in it is a file and a directory"] } });
  rmSync(join(it.root, "scratch"), { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(existsSync(join(it.root, "scratch"))).toBe(false);
});

test("what `xz` says of an archive is told", async () => {
  using it = rig();
  const result = await it.unpack(head, () => Buffer.from("no archive"));
  expect(result).toMatchObject({
    error: { causes: ["TAR_BAD_ARCHIVE: Unrecognized archive format"] },
  });
  using damaged = rig();
  const broken = await damaged.unpack(head, (tar) => execFileSync("xz", { input: tar }).fill(0, 12, 40));
  expect(broken).toMatchObject({ error: { causes: [expect.stringMatching(/^xz: /)] } });
  using other = rig();
  const cut = await other.unpack(head, (tar) => execFileSync("xz", { input: tar }).subarray(0, 100));
  expect(cut).toMatchObject({ error: { causes: [expect.stringContaining("Unexpected end of input")] } });
});
