import { expect, test } from "vitest";
import { readCrate } from "../../../src/fetch/registry/readCrate.ts";
import { type CraftedEntry, craftArchive } from "./craftCrate.ts";

const manifest: CraftedEntry = { path: "a-1.0.0/Cargo.toml", body: "[package]\n" };

function read(...entries: CraftedEntry[]) {
  return readCrate(craftArchive([manifest, ...entries]), "a-1.0.0");
}

const manifestRead = ["Cargo.toml", { type: "file", bytes: Buffer.from("[package]\n"), executable: false }];

test("files, modes and links of a crate are read; directories follow from them", () => {
  const long = `a-1.0.0/${"deep/".repeat(30)}x.rs`;
  const result = read(
    { path: "a-1.0.0/src/", type: "Directory", mode: 0o755 },
    { path: "a-1.0.0/src/lib.rs", body: "pub fn a() {}", mode: 0o600 },
    { path: "a-1.0.0/run.sh", body: "#!/bin/sh", mode: 0o775 },
    { path: "a-1.0.0/empty" },
    { path: "a-1.0.0/docs/README", type: "SymbolicLink", linkpath: "../src/lib.rs" },
    { path: "a-1.0.0/twin.rs", type: "Link", linkpath: "a-1.0.0/src/lib.rs" },
    { path: "a-1.0.0/.cargo-ok", body: "ok" },
    { path: long.slice(0, 150), body: "long" },
  );
  const library = { type: "file", bytes: Buffer.from("pub fn a() {}"), executable: false };
  expect(result.ok && [...result.value]).toEqual([
    manifestRead,
    ["src/lib.rs", library],
    ["run.sh", { type: "file", bytes: Buffer.from("#!/bin/sh"), executable: true }],
    ["empty", { type: "file", bytes: Buffer.alloc(0), executable: false }],
    ["docs/README", { type: "symlink", target: "../src/lib.rs" }],
    ["twin.rs", library],
    [long.slice(8, 150), { type: "file", bytes: Buffer.from("long"), executable: false }],
  ]);
});

test("the last of two entries with one path counts", () => {
  const result = read({ path: "a-1.0.0/x", body: "1" }, { path: "a-1.0.0/./x", body: "2" });
  const x = ["x", { type: "file", bytes: Buffer.from("2"), executable: false }];
  expect(result.ok && [...result.value]).toEqual([manifestRead, x]);
});

const hostile: [string, CraftedEntry[], string][] = [
  ["the parent", [{ path: "../x" }], "entry `../x` lies outside `a-1.0.0/`"],
  ["dots inside", [{ path: "a-1.0.0/../x" }], "entry `a-1.0.0/../x` lies outside `a-1.0.0/`"],
  ["an absolute path", [{ path: "/etc/x" }], "entry `/etc/x` lies outside `a-1.0.0/`"],
  ["another crate", [{ path: "b-1.0.0/x" }], "entry `b-1.0.0/x` lies outside `a-1.0.0/`"],
  ["a longer name", [{ path: "a-1.0.0x/y" }], "entry `a-1.0.0x/y` lies outside `a-1.0.0/`"],
  ["no directory", [{ path: "x" }], "entry `x` lies outside `a-1.0.0/`"],
  [
    "a device",
    [{ path: "a-1.0.0/d", type: "CharacterDevice" }],
    "entry `a-1.0.0/d` is no file, directory or link (CharacterDevice)",
  ],
  ["a pipe", [{ path: "a-1.0.0/p", type: "FIFO" }], "entry `a-1.0.0/p` is no file, directory or link (FIFO)"],
  [
    "an absolute link",
    [{ path: "a-1.0.0/l", type: "SymbolicLink", linkpath: "/etc/passwd" }],
    "link `l` leads out of the crate, to `/etc/passwd`",
  ],
  [
    "a link out",
    [{ path: "a-1.0.0/s/l", type: "SymbolicLink", linkpath: "../../x" }],
    "link `s/l` leads out of the crate, to `../../x`",
  ],
  [
    "a hard link out",
    [{ path: "a-1.0.0/h", type: "Link", linkpath: "/etc/passwd" }],
    "entry `a-1.0.0/h` is a hard link to `/etc/passwd`, which is no file of the crate",
  ],
  [
    "a file written through a link",
    [{ path: "a-1.0.0/l", type: "SymbolicLink", linkpath: "." }, { path: "a-1.0.0/l/x" }],
    "entry `l/x` lies below `l`, which is no directory",
  ],
  [
    "a link that leaves by way of another",
    [
      { path: "a-1.0.0/x/y/l", type: "SymbolicLink", linkpath: "../.." },
      { path: "a-1.0.0/k", type: "SymbolicLink", linkpath: "x/y/l/../.." },
    ],
    "link `k` leads out of the crate, to `x/y/l/../..`",
  ],
];

test.each(hostile)("refused: %s", (_, entries, error) => {
  expect(read(...entries)).toEqual({ ok: false, error });
});

test("refused: an archive that is cut off", () => {
  const whole = craftArchive([manifest, { path: "a-1.0.0/big", body: "x".repeat(4000) }]);
  const problem = readCrate(whole.subarray(0, 3000), "a-1.0.0");
  expect(problem).toEqual({ ok: false, error: expect.stringContaining("not a whole tar archive: ") });
});
