import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { type Distribution, distribution } from "../rig/distribution.ts";
import { tempProject } from "../rig/tempProject.ts";

const host = hostTriple();
const wasm = "wasm32-unknown-unknown";
const version = "1.95.0 (0123456789 2026-04-14)";
const part = (name: string, target: string, files: Readonly<Record<string, string>>) => ({
  name,
  target,
  files,
});
const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "rust-toolchain.toml": '[toolchain]\nchannel = "stable"\nprofile = "minimal"\ncomponents = ["clippy"]\n',
});
const base = join(project.root, "..");
let server: Distribution;

/** As `rust-src` has them: small files, and many equal to one another or empty. */
function sources(): Readonly<Record<string, string>> {
  const texts = ["", "mod a;\n", "".padEnd(5000, "x\n")];
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  return Object.fromEntries(
    numbers.map((number) => [
      `lib/rustlib/src/rust/library/d${number % 10}/${"long-".repeat(number % 30)}${number}.rs`,
      number % 5 < 3 ? (texts[number % 3] ?? "") : `// ${number}\n`,
    ]),
  );
}

beforeAll(async () => {
  project.lock();
  server = await distribution(host, [
    {
      channels: ["1.95.0", "stable"],
      date: "2026-04-16",
      version,
      components: [
        part("rustc", host, { "bin/rustc": `#!/bin/sh\necho "rustc ${version}"\n` }),
        part("cargo", host, { "bin/cargo": "#!/bin/sh\n" }),
        part("rust-std", host, { [`lib/rustlib/${host}/lib/libstd.rlib`]: "std" }),
        part("rust-std", wasm, { [`lib/rustlib/${wasm}/lib/libstd.rlib`]: "std" }),
        part("clippy-preview", host, { "bin/cargo-clippy": "#!/bin/sh\n" }),
        part("rust-src", "*", sources()),
      ],
    },
  ]);
});
afterAll(async () => {
  project[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const gantry = (words: readonly string[], more: { store?: string; cwd?: string } = {}) =>
  project.gantry(words, {
    env: { RUSTUP_HOME: join(base, "rustup"), RUSTUP_DIST_SERVER: server.url },
    ...more,
  });

test("what a project asks for is packed, and elsewhere needs no network", async () => {
  const absent = "toolchain `stable` is not installed";
  const listing = "stable with `clippy` will ";
  expect((await gantry(["show"])).out).toContain(`${listing}be downloaded by the first build: ${absent}\n`);
  expect((await gantry(["show", "--offline"])).out).toContain(`${absent}\n`);
  for (const words of [["graph"], ["doctor"], ["eject", "ci"]]) await gantry(words);
  expect(server.asked).toEqual([]);
  expect(existsSync(`${project.root}/gantry.lock`)).toBe(false);
  // A build gets its toolchain before it knows what it is asked for.
  await gantry(["build", "none"]);
  const packed = await gantry(["store", "pack", "--output", "t.tar.zst"]);
  expect(packed.err).toContain("note: packed `stable`, ");
  expect(packed.err).toContain(": cargo, clippy, rust-std, rustc\n");
  expect(packed.out).toBe(`${project.root}/t.tar.zst\n`);
  const store = join(base, "another-store");
  const unpacked = await gantry(["store", "unpack", "t.tar.zst"], { store });
  expect(unpacked.err).toBe("note: the store has `stable`: cargo, clippy, rust-std, rustc\n");
  server.asked.splice(0);
  expect((await gantry(["show", "--offline"], { store })).out).toContain(
    `${listing}be put together by the first build, of what the store has\n`,
  );
  await gantry(["build", "none", "--offline"], { store });
  expect((await gantry(["show", "--offline"], { store })).out).toContain(`rustc ${version}, ${store}/trees/`);
  expect(server.asked).toEqual([]);
  rmSync(`${project.root}/.github`, { recursive: true });
});

test.each(["tar", "tar.zst", "tar.xz"])("the same toolchain gives the same `.%s`", async (ending) => {
  const [one, two] = [`${base}/one.${ending}`, `${base}/two.${ending}`];
  const words = ["store", "pack", "--toolchain", "1.95.0", "-t", wasm];
  for (const [file, store] of [
    [one, join(base, "first")],
    [two, join(base, "second")],
  ] as const) {
    const ran = await gantry([...words, "-o", file], { store, cwd: base });
    expect(ran.err).toContain(`: cargo, rust-std-${wasm}, rust-std, rustc\n`);
  }
  expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  expect((await gantry(["store", "unpack", one], { store: join(base, `third-${ending}`) })).status).toBe(0);
});

test("small files, many of them equal, are packed as they are", async () => {
  const store = join(base, "first");
  const ran = await gantry(
    ["store", "pack", "--toolchain", "1.95.0", "-c", "rust-src", "-o", `${base}/src.tar.zst`],
    { store, cwd: base },
  );
  expect([ran.status, ran.err]).toEqual([0, expect.stringContaining(": cargo, rust-src, rust-std, rustc\n")]);
  const into = join(base, "unpacked");
  mkdirSync(into);
  execFileSync("tar", ["--zstd", "-xf", `${base}/src.tar.zst`, "-C", into]);
  const found = Object.keys(sources()).map((path) => [
    path,
    readFileSync(`${into}/1.95.0-${host}/${path}`, "utf8"),
  ]);
  expect(Object.fromEntries(found)).toEqual(sources());
  const other = await gantry(["store", "unpack", `${base}/src.tar.zst`], { store: join(base, "sources") });
  expect(other.status).toBe(0);
});

test("what the described shells ask for is packed, too, with the sources that editors look into", async () => {
  project.write(
    "gantry.config.ts",
    `import { defineProject } from "gantry";
export default defineProject(({ crane, toolchains }) => {
  const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { targets: ["${wasm}"] }));
  return { packages: {}, devShells: { web: lib.devShell({}), own: crane.devShell({}) } };
});
`,
  );
  const ran = await gantry(["store", "pack", "-o", `${base}/shells.tar`], { store: join(base, "first") });
  rmSync(`${project.root}/gantry.config.ts`);
  const said = ran.err.replace(/, \d.*? [KM]?i?B: /g, ": ").split("\n");
  expect(said).toEqual(
    expect.arrayContaining([
      `note: packed \`1.95.0\`: cargo, rust-src, rust-std-${wasm}, rust-std, rustc`,
      "note: packed `stable`: cargo, clippy, rust-src, rust-std, rustc",
    ]),
  );
});

test("an archive lists what rustup would have of it, and nobody's name", () => {
  const listed = execFileSync("tar", ["--numeric-owner", "-tvf", `${base}/one.tar`], { encoding: "utf8" });
  expect(listed).toMatch(/^drwxr-xr-x 0\/0 .* 1970-01-01 .* 1\.95\.0-/);
  expect(
    listed
      .replace(/^.* (?=1\.95)/gm, "")
      .replaceAll(host, "HOST")
      .split("\n")
      .filter((path) => /[^/]$/.test(path)),
  ).toEqual(
    [
      ...["bin/cargo", "bin/rustc", "lib/rustlib/components", "lib/rustlib/manifest-cargo-HOST"],
      ...[`lib/rustlib/manifest-rust-std-${wasm}`, "lib/rustlib/manifest-rust-std-HOST"],
      ...["lib/rustlib/manifest-rustc-HOST", "lib/rustlib/multirust-channel-manifest.toml"],
      ...["lib/rustlib/multirust-config.toml", "lib/rustlib/rust-installer-version"],
      ...[`lib/rustlib/${wasm}/lib/libstd.rlib`, "lib/rustlib/HOST/lib/libstd.rlib"],
    ].map((path) => `1.95.0-HOST/${path}`),
  );
});

const cases: [string, readonly string[], string][] = [
  ["no output", [], "error[usage]: `--output` is missing"],
  ["an output of another kind", ["-o", "t.zip"], "not a name like `FILE.tar.zst`"],
  ["an output that is there", ["-o", "there.tar"], "error[output-exists]"],
  ["a directory that is not there", ["-o", "none/t.tar"], "error[output-directory-missing]"],
  ["a component that is misspelt", ["-o", "t.tar", "-c", "clipy"], "does not contain component `clipy`"],
  [
    "a release that is not there",
    ["-o", "t.tar", "--toolchain", "1.99.0"],
    "error[toolchain-missing]: no release `1.99.0`",
  ],
  ["a toolchain of one's own", ["-o", "t.tar", "--toolchain", "mine"], "tar --zstd -cf FILE.tar.zst -C /"],
  ["a channel that is misspelt", ["-o", "t.tar", "--toolchain", "stabel"], "did you mean `stable`?"],
];
test.each(cases)("pack: %s", async (_, words, message) => {
  project.write("there.tar", "mine");
  mkdirSync(join(base, "rustup/toolchains/mine"), { recursive: true });
  const ran = await gantry(["store", "pack", ...words]);
  expect(ran.err).toContain(message);
  expect(ran.status).not.toBe(0);
  expect(existsSync(`${project.root}/t.tar`)).toBe(false);
  expect(project.read("there.tar")).toBe("mine");
});

test("a full disk leaves nothing of the archive", async () => {
  mkdirSync(`${base}/small`);
  const full = project.start(["store", "pack", "--toolchain", "1.95.0", "-o", `${base}/small/full.tar`], {
    env: { RUSTUP_HOME: join(base, "rustup"), RUSTUP_DIST_SERVER: server.url },
    store: join(base, "first"),
    through: [
      "sh",
      "-c",
      'exec unshare --user --map-root-user --mount sh -c \'mount -t tmpfs -o size=4k tmpfs "$0/small" && "$@"; echo "$?" "$(ls "$0/small")"\' "$0" "$@"',
      base,
    ],
    cwd: base,
  });
  const ran = await full.ended;
  expect(ran.err).toContain("error[disk-full]: packing failed: no space left on the device");
  expect(ran.out).toBe("1 \n");
});

test.each<[string, (file: string) => void, string]>([
  ["nothing", () => undefined, "error[archive-missing]"],
  ["a text", (file) => writeFileSync(file, "hello"), "error[pack-malformed]"],
  [
    "a part of one",
    (file) => writeFileSync(file, readFileSync(`${base}/one.tar.zst`).subarray(0, 300)),
    "error[pack-malformed]",
  ],
  ["another machine's", (file) => void packed(file, "1.95.0-aarch64-apple-darwin"), "error[pack-foreign]"],
  ["any directory", (file) => void packed(file, "else", ["bin"]), "error[pack-malformed]"],
  ["a directory of the disk", (file) => void mkdirSync(file), "/bad.tar` is a directory\n"],
  [
    "one that lost a file",
    (file) => void packed(file, `1.95.0-${host}`, ["--exclude=libstd.rlib", "."]),
    "lib/libstd.rlib` is not there\n",
  ],
  [
    "one with a file in the place of a directory",
    (file) => {
      packed(file, `1.95.0-${host}`);
      execFileSync("tar", ["-rf", file, "-C", base, `--transform=s,^.*,1.95.0-${host}/lib,`, "one.tar"]);
    },
    `\`1.95.0-${host}/lib\` in it is a file and a directory\n`,
  ],
])("unpack: %s", async (_, make, message) => {
  const file = `${base}/bad.tar`;
  rmSync(file, { force: true, recursive: true });
  make(file);
  const ran = await gantry(["store", "unpack", file], { store: join(base, "bad") });
  expect([ran.status, ran.err]).toEqual([1, expect.stringContaining(message)]);
});

/** An archive like one that was packed, of a toolchain of that name. */
function packed(file: string, name: string, of: readonly string[] = ["."]): void {
  const directory = join(base, "packing");
  mkdirSync(directory, { recursive: true });
  execFileSync("tar", ["-xf", `${base}/one.tar`, "-C", directory]);
  execFileSync("tar", [
    "-cf",
    file,
    "-C",
    join(directory, `1.95.0-${host}`),
    `--transform=s,^\\.*,${name},`,
    ...of,
  ]);
}
