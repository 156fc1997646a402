import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pkgs } from "../../src/crane/pkgs/pkgs.ts";
import { type SetupFacts, valueParts } from "../../src/eject/setupFacts.ts";
import { scriptOf } from "../../src/eject/setupScript.ts";

const odd = `it's "quoted" $HOME \`id\` \\ *\n  second line #\n`;

const whole: SetupFacts = {
  toolchain: {
    name: "1.95.0",
    isInFile: false,
    profile: "minimal",
    components: ["clippy", "rust-src", "rustfmt"],
    targets: ["wasm32-wasip1"],
  },
  native: [pkgs.pkgConfig, pkgs.protobuf, pkgs.sqlite],
  hasHooks: true,
  perhaps: [{ name: "cmake", because: "aws-lc-sys" }],
  tools: [
    { crate: "cargo-nextest", version: "0.9.151", features: [] },
    { crate: "trunk", features: ["rustls", "update_check"] },
  ],
  variables: {
    PROTOC: valueParts("/usr/bin/protoc", new Set(["protoc"])),
    RUST_SRC_PATH: valueParts("/build/toolchain/lib/rustlib/src/rust/library", new Set()),
    SCHEMAS: valueParts("/build/source/my schemas:/usr/share/schemas", new Set()),
    DATABASE_URL: valueParts("sqlite:dev.db", new Set()),
    ODD: valueParts(odd, new Set()),
    QUOTE: valueParts("it's", new Set()),
    EMPTY: valueParts("", new Set()),
  },
};

const small: SetupFacts = {
  toolchain: { isInFile: false, profile: "minimal", components: [], targets: [] },
  native: [],
  perhaps: [],
  tools: [],
  hasHooks: false,
  variables: { RUST_SRC_PATH: valueParts("/build/toolchain/lib/rustlib/src/rust/library", new Set()) },
};

const moving: SetupFacts = {
  ...small,
  toolchain: { oldest: "1.85", isInFile: false, profile: "minimal", components: ["rust-src"], targets: [] },
  variables: {},
};

/** A machine of tiny programs that record how they are called, and answer as `has` says. */
function machine(facts: SetupFacts, programs: Readonly<Record<string, string>>) {
  const base = mkdtempSync(join(tmpdir(), "gantry-setup-"));
  const [bin, project] = [join(base, "bin"), join(base, "a project's")];
  mkdirSync(bin);
  mkdirSync(project);
  for (const name of ["sh", "cat", "cp", "dirname", "grep", "mv", "readlink", "rm", "sed", "tr"])
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
      join(bin, name),
    );
  const install = (name: string, body = "") => {
    const text = `#!/bin/sh\n[ -n "$QUIET" ] || printf '%s\\n' "${name} $*" >>"$LOG"\n${body}\n`;
    // Never through a link, which leads to the program of this machine.
    rmSync(join(bin, name), { force: true });
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  };
  for (const [name, body] of Object.entries(programs)) install(name, body);
  writeFileSync(join(project, "setup.sh"), scriptOf(facts));
  const log = join(base, "log");
  return {
    project,
    bin,
    install,
    dispose: () => rmSync(base, { recursive: true }),
    run(...args: string[]) {
      writeFileSync(log, "");
      const ran = spawnSync("/bin/dash", [join(project, "setup.sh"), ...args], {
        env: { PATH: bin, HOME: base, LOG: log },
        input: "",
        encoding: "utf8",
      });
      const plain = (text: string) =>
        text
          .replaceAll(base, "<base>")
          .trimEnd()
          .split("\n")
          .filter((line) => line !== "");
      return {
        status: ran.status,
        out: plain(ran.stdout),
        err: plain(ran.stderr),
        called: plain(readFileSync(log, "utf8")),
      };
    },
  };
}

const disposals: (() => void)[] = [];
afterAll(() => {
  for (const dispose of disposals) dispose();
});
function made(facts: SetupFacts, programs: Readonly<Record<string, string>>) {
  const one = machine(facts, programs);
  disposals.push(one.dispose);
  return one;
}

/** Programs that bring others, as package managers do. */
const brings = (...names: string[]) =>
  `case "$*" in *install*|*add*|*--sync*) for p in ${names.join(" ")}; do printf '#!/bin/sh\\n' >"\${0%/*}/$p"; /bin/chmod +x "\${0%/*}/$p"; done ;; esac`;
const asUser = { id: "echo 1000", sudo: '"$@"' };
const rust = {
  rustup: `case "$1 $2" in
    "toolchain list") [ ! -e "$HOME/toolchain" ] || echo 1.95.0-x86_64-unknown-linux-gnu ;;
    "toolchain install") : >"$HOME/toolchain" ;;
    "component list") echo clippy-x86_64-unknown-linux-gnu; echo rust-src; echo rustfmt-x86_64-unknown-linux-gnu ;;
    "target list") echo wasm32-wasip1 ;;
    "show active-toolchain") [ ! -e "$HOME/override" ] || echo "1.95.0-x86_64-unknown-linux-gnu (directory override)" ;;
    "override set") : >"$HOME/override" ;;
  esac`,
  cargo: `case "$*" in
    "install --list") cat "$HOME/tools" 2>/dev/null ;;
    *nextest*) printf 'cargo-nextest v0.9.151:\\n    cargo-nextest\\n' >>"$HOME/tools" ;;
    *trunk*) printf 'trunk v0.22.0 (registry):\\n' >>"$HOME/tools" ;;
  esac`,
  rustc: "echo /toolchain",
};
const changing = (called: readonly string[]) =>
  called.filter(
    (line) =>
      !/^(id|rustup (toolchain|component|target) list|rustup show|rustup run|cargo install --list|rustc|pkg-config|dpkg-query|rpm|protoc)\b/.test(
        line,
      ),
  );

test.each([
  ["whole", whole],
  ["small", small],
  ["moving", moving],
])("the script of %s facts, and what shells say of it", async (name, facts) => {
  const text = scriptOf(facts);
  await expect(text).toMatchFileSnapshot(`../golden/setup/${name}.sh`);
  const said = (program: string, ...args: string[]) =>
    spawnSync(program, args, { input: text, encoding: "utf8" });
  expect(said("shellcheck", "--severity=style", "-")).toMatchObject({ status: 0, stdout: "" });
  expect(said("dash", "-n")).toMatchObject({ status: 0, stderr: "" });
});

test("it installs what is missing, once, and leaves the variables behind", () => {
  const here = made(whole, { ...asUser, ...rust, "apt-get": brings("cc", "protoc", "pkg-config") });
  writeFileSync(join(here.project, ".env"), "MINE=1\nDATABASE_URL=sqlite:mine.db\n");
  const first = here.run("--yes");
  expect(first.err).toEqual([
    "+ sudo apt-get update",
    "+ sudo apt-get install --yes gcc g++ libc6-dev make pkg-config protobuf-compiler libsqlite3-dev",
    "+ rustup toolchain install 1.95.0 --profile minimal --no-self-update --component clippy --component rust-src --component rustfmt --target wasm32-wasip1",
    "+ rustup override set 1.95.0",
    "+ cargo install --locked cargo-nextest --version 0.9.151",
    "+ cargo install --locked trunk --features rustls,update_check",
    "+ write .env",
    "DATABASE_URL is your own, from .env",
    "all is there",
  ]);
  expect(changing(first.called)).toEqual([
    "sudo apt-get update",
    "apt-get update",
    "sudo apt-get install --yes gcc g++ libc6-dev make pkg-config protobuf-compiler libsqlite3-dev",
    "apt-get install --yes gcc g++ libc6-dev make pkg-config protobuf-compiler libsqlite3-dev",
    "rustup toolchain install 1.95.0 --profile minimal --no-self-update --component clippy --component rust-src --component rustfmt --target wasm32-wasip1",
    "rustup override set 1.95.0",
    "cargo install --locked cargo-nextest --version 0.9.151",
    "cargo install --locked trunk --features rustls,update_check",
  ]);
  // The one that was chosen, whichever else is this machine's.
  expect(first.called).toContain("rustc +1.95.0 --print sysroot");
  expect(first.status).toBe(0);

  const again = here.run();
  expect({ ...again, called: changing(again.called) }).toEqual({
    status: 0,
    out: first.out,
    err: ["DATABASE_URL is your own, from .env", "all is there"],
    called: [],
  });
  expect(here.run("--check")).toMatchObject({ status: 0, out: [], err: [] });
  expect(here.run("--print")).toMatchObject({ status: 0, out: ["nothing is missing"], err: [] });

  const shown = (text: string) =>
    execFileSync(
      "dash",
      [
        "-c",
        `${text}\nprintf '%s|' "$PROTOC" "$RUST_SRC_PATH" "$SCHEMAS" "$DATABASE_URL" "$ODD" "$QUOTE" "$EMPTY" "\${MINE-}"`,
      ],
      { encoding: "utf8", env: { PATH: "/bin" } },
    ).split("|");
  const values = [
    join(here.bin, "protoc"),
    "/toolchain/lib/rustlib/src/rust/library",
    `${here.project}/my schemas:/usr/share/schemas`,
  ];
  const exported = execFileSync("/bin/dash", [join(here.project, "setup.sh")], {
    encoding: "utf8",
    env: { PATH: here.bin, HOME: join(here.project, ".."), LOG: "/dev/null" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(shown(exported)).toEqual([...values, "sqlite:mine.db", odd, "it's", "", "", ""]);
  expect(shown(readFileSync(join(here.project, ".env"), "utf8"))).toEqual([
    ...values,
    "sqlite:mine.db",
    odd,
    "it's",
    "",
    "1",
    "",
  ]);
});

test.each([
  [
    "apt-get",
    [
      "sudo apt-get update",
      "sudo apt-get install --yes gcc g++ libc6-dev make pkg-config protobuf-compiler libsqlite3-dev",
    ],
  ],
  [
    "dnf",
    [
      "sudo dnf install --assumeyes gcc gcc-c++ glibc-devel make pkgconf-pkg-config protobuf-compiler protobuf-devel sqlite-devel",
    ],
  ],
  ["pacman", ["sudo pacman --sync --needed --noconfirm base-devel pkgconf protobuf sqlite"]],
  ["apk", ["sudo apk add build-base pkgconf protoc protobuf-dev sqlite-dev"]],
])("%s: it says what it would do, and does nothing", (manager, commands) => {
  const here = made(whole, { ...asUser, ...rust, [manager]: "" });
  const printed = here.run("--print");
  expect(printed).toMatchObject({ status: 0, err: [] });
  expect(printed.out.slice(0, commands.length)).toEqual(commands.map((line) => `+ ${line}`));
  expect(printed.out).toContain("    DATABASE_URL=sqlite:dev.db");
  expect(changing(printed.called)).toEqual([]);

  const stopped = here.run();
  expect({ ...stopped, called: changing(stopped.called) }).toEqual({
    status: 1,
    out: [],
    err: [
      ...commands.map((line) => `+ ${line}`),
      "setup.sh: there is no terminal to ask at: run that yourself, or ./setup.sh --yes",
    ],
    called: [],
  });
});

test("brew: without sudo, and the compiler is no package of it", () => {
  const here = made(whole, { ...asUser, ...rust, brew: "", cc: "" });
  expect(here.run("--print").out[0]).toBe("+ brew install pkgconf protobuf sqlite");
});

test("--check reports what is missing, and nothing else", () => {
  const here = made(whole, { ...asUser, ...rust, "apt-get": "", cc: "", protoc: "", "pkg-config": "exit 1" });
  const checked = here.run("--check");
  expect({ ...checked, called: changing(checked.called) }).toEqual({
    status: 1,
    out: [
      "missing: sqlite",
      "missing: toolchain 1.95.0",
      "missing: toolchain 1.95.0 as that of this directory",
      "missing: cargo-nextest 0.9.151",
      "missing: trunk",
      "missing: variables in .env",
    ],
    err: [],
    called: [],
  });
});

test("sources of the standard library that nothing asks for are told, and not missed", () => {
  const { toolchain, variables } = whole;
  const facts = { ...small, toolchain: { ...toolchain, extra: ["rust-src"] }, hasHooks: true };
  const { RUST_SRC_PATH = [] } = variables;
  const here = made(
    { ...facts, variables: { RUST_SRC_PATH } },
    {
      ...{ ...asUser, ...rust, cc: "", curl: "", git: 'case "$*" in *show-toplevel) pwd ;; esac' },
      rustup: rust.rustup.replace("echo rust-src; ", ""),
    },
  );
  writeFileSync(join(here.project, "../toolchain"), "");
  writeFileSync(join(here.project, "../override"), "");
  writeFileSync(join(here.project, ".pre-commit-config.yaml"), "");
  const lack =
    "1.95.0 has no rust-src, so no editor finds the code of the standard library: rustup component add --toolchain 1.95.0 rust-src";
  const hook = "git runs no hook before commits; to have one, install prek or pre-commit, and run this again";
  expect(here.run("--check")).toMatchObject({ status: 0, out: [`note: ${lack}`, `note: ${hook}`], err: [] });
  expect(here.run("--print")).toMatchObject({ status: 0, out: [lack, hook, "nothing is missing"], err: [] });
  const ran = here.run();
  expect({ ...ran, called: changing(ran.called).filter((line) => !line.startsWith("git")) }).toEqual({
    status: 0,
    out: ['export PATH=<base>/.cargo/bin:"$PATH"'],
    err: [lack, hook, "all is there"],
    called: [],
  });
});

test("an option that there is not is named, beside those that there are", () => {
  const { status, out, err, called } = made(whole, { ...asUser, ...rust }).run("--check", "--bogus");
  expect([status, out, err.slice(0, 2), called]).toEqual([
    2,
    [],
    ["setup.sh: there is no option --bogus", "usage: ./setup.sh [--check | --print] [--yes]"],
    [],
  ]);
});

test("who answers no has nothing installed, and who has neither sudo nor root is told", () => {
  const here = made(whole, { ...asUser, ...rust, "apt-get": "" });
  const answered = (answer: string) =>
    spawnSync(
      "/usr/bin/script",
      ["-qec", `/bin/dash '${here.project.replaceAll("'", "'\\''")}/setup.sh'`, "/dev/null"],
      {
        env: { PATH: `${here.bin}`, HOME: join(here.project, ".."), LOG: "/dev/stderr", SHELL: "/bin/sh" },
        input: `${answer}\n`,
        encoding: "utf8",
      },
    );
  const no = answered("n");
  expect(no.stdout).toContain("Run this? [y/N] ");
  expect(no.stdout).toContain("setup.sh: nothing was installed");
  expect(no.stdout).not.toContain("sudo apt-get update\r\nsudo apt-get");
  expect(answered("y").stdout).toContain("Run this? [y/N] ");
  rmSync(join(here.bin, "sudo"));
  expect(here.run("--yes").err.at(-1)).toBe(
    "setup.sh: only root may do that: run it as root, then this again",
  );
});

test("rustup is installed by its own installer, where it is missing", () => {
  const here = made(small, {
    id: "echo 0",
    curl: 'echo \'echo installer "$@" >>"$LOG"\'',
    cc: "",
    "apt-get": "",
  });
  const ran = here.run("--yes");
  expect(ran.called).toEqual([
    "curl --proto =https --tlsv1.2 -sSf https://sh.rustup.rs",
    "installer -y --no-modify-path --profile minimal --default-toolchain none",
  ]);
  expect(ran.err.slice(0, 2)).toEqual([
    "rustup is missing; its own installer puts it into <base>/.cargo, and changes no file of your shell",
    "+ curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --no-modify-path --profile minimal --default-toolchain none",
  ]);
  expect(ran).toMatchObject({ status: 1 });
  expect(ran.err.at(-1)).toBe("setup.sh: rustup is not in <base>/.cargo/bin");
});

/** A rustup whose toolchains are files that say their release. Of those that it installs that is the one of `today`. */
const rustupOfFiles = `case "$1 $2" in
    "show active-toolchain") cat "$HOME/active" ;;
    "toolchain list") cd "$HOME/toolchains" && for each in *; do echo "$each"; done ;;
    "toolchain install") cat "$HOME/today" >"$HOME/toolchains/$3" ;;
    "override set") echo "$3 (directory override)" >"$HOME/active" ;;
    "component list") echo rust-src ;;
    run*) read -r release <"$HOME/toolchains/$2"; echo "rustc $release (4d91de4e4 2025-02-17)" ;;
  esac`;

type Rust = { readonly active: string; readonly toolchains: Readonly<Record<string, string>> };

/** A machine with these toolchains, for a project whose packages require Rust 1.85. */
function rusty({ active, toolchains }: Rust, today = "1.99.0") {
  const here = made(moving, { cc: "", cargo: "", rustup: rustupOfFiles });
  const home = join(here.project, "..");
  writeFileSync(join(home, "active"), `${active} (default)\n`);
  writeFileSync(join(home, "today"), `${today}\n`);
  mkdirSync(join(home, "toolchains"));
  for (const [name, release] of Object.entries(toolchains))
    writeFileSync(join(home, "toolchains", name), `${release}\n`);
  return here;
}

const old = "1.84.1-x86_64-unknown-linux-gnu";
const inThisDirectory = "rustup override set stable";
const install = (name: string) => `rustup toolchain install ${name} --profile minimal --no-self-update`;

test.each<[string, Rust, readonly string[], readonly string[]]>([
  ["is new enough stays", { active: "stable-x86", toolchains: { "stable-x86": "1.85.0" } }, [], []],
  [
    "has a name that moves is brought up to date",
    { active: "nightly-x86", toolchains: { "nightly-x86": "1.84.0-nightly" } },
    ["Rust 1.85 or later: nightly-x86 is 1.84.0"],
    [install("nightly-x86")],
  ],
  [
    "has a name that does not gives way to stable in this directory",
    { active: old, toolchains: { [old]: "1.84.1", stable: "1.86.0" } },
    [`Rust 1.85 or later: ${old} is 1.84.1`, "toolchain stable as that of this directory"],
    [inThisDirectory],
  ],
  [
    "has a name that does not gives way to a stable that is brought up to date",
    { active: old, toolchains: { [old]: "1.84.1", stable: "1.9.0" } },
    [`Rust 1.85 or later: ${old} is 1.84.1`, "toolchain stable as that of this directory"],
    [install("stable"), inThisDirectory],
  ],
  [
    "has a name that does not gives way to a stable that is installed",
    { active: old, toolchains: { [old]: "1.84.1" } },
    [
      `Rust 1.85 or later: ${old} is 1.84.1`,
      "toolchain stable",
      "toolchain stable as that of this directory",
    ],
    [`${install("stable")} --component rust-src`, inThisDirectory],
  ],
])("of packages that require Rust 1.85: a toolchain that %s", (_, rust, missing, calls) => {
  const here = rusty(rust);
  expect(here.run("--check")).toMatchObject({
    status: missing.length === 0 ? 0 : 1,
    out: missing.map((line) => `missing: ${line}`),
  });
  const ran = here.run();
  expect([ran.status, ran.err.at(-1)]).toEqual([0, "all is there"]);
  expect(changing(ran.called)).toEqual(calls);
  expect(here.run("--check")).toMatchObject({ status: 0, out: [] });
});

test("where no toolchain is new enough that is said", () => {
  const here = rusty({ active: "stable", toolchains: { stable: "1.70.0" } }, "1.80.1");
  expect(here.run()).toMatchObject({
    status: 1,
    err: [
      `+ ${install("stable")}`,
      "setup.sh: the packages require Rust 1.85 or later, and stable is 1.80.1",
    ],
  });
});

test("a Rust that did not come by rustup does, unless it is too old", () => {
  const here = made(moving, { cc: "", cargo: "", rustc: "echo 'rustc 1.85.1 (4eb161250 2025-03-15)'" });
  expect(here.run("--check")).toMatchObject({ status: 0, out: [] });
  here.install("rustc", "echo 'rustc 1.63.0'");
  expect(here.run("--check")).toMatchObject({
    status: 1,
    out: [
      "missing: curl (curl)",
      "missing: Rust 1.85 or later: rustc is 1.63.0",
      "missing: rustup",
      "missing: toolchain stable",
    ],
  });
});

test("what no package manager has is named", () => {
  const here = made(whole, { ...asUser, ...rust });
  const ran = here.run("--yes");
  expect(ran.err).toEqual([
    "these have to be installed by hand, since no package manager that this script knows has them: compiler pkgConfig protobuf sqlite",
    "setup.sh: not all packages are there",
  ]);
});

test("the hook of git is installed by what there is, once, and one that is there stays", () => {
  const here = made({ ...small, hasHooks: true }, { ...asUser, "apt-get": "", cc: "", cargo: "" });
  symlinkSync("/usr/bin/git", join(here.bin, "git"));
  expect(here.run("--check")).toMatchObject({ status: 0 });
  execFileSync("git", ["init", "--quiet", here.project]);
  writeFileSync(join(here.project, ".pre-commit-config.yaml"), "repos: []\n");
  expect(here.run().err).toEqual([
    "git runs no hook before commits; to have one, install prek or pre-commit, and run this again",
    "all is there",
  ]);
  here.install("pre-commit", ": >.git/hooks/pre-commit");
  expect(here.run("--check")).toMatchObject({ status: 1, out: ["missing: hook of git"] });
  expect(here.run().called).toContain("pre-commit install");
  expect(here.run("--check")).toMatchObject({ status: 0, out: [] });
  rmSync(join(here.project, ".git/hooks/pre-commit"));
  execFileSync("git", ["config", "core.hooksPath", "hooks"], { cwd: here.project });
  expect(here.run("--check")).toMatchObject({ status: 0, out: [] });
});

test("`.env` is replaced as a whole, through a link, with its mode; what is no file is said", () => {
  const here = made(whole, { ...asUser, ...rust, cc: "", protoc: "", "pkg-config": "" });
  here.run("--yes");
  const file = join(here.project, ".env");
  const written = readFileSync(file, "utf8");
  rmSync(file);
  writeFileSync(join(here.project, "mine"), "MINE=1\n");
  chmodSync(join(here.project, "mine"), 0o600);
  symlinkSync("mine", file);
  expect(here.run().status).toBe(0);
  expect(readFileSync(join(here.project, "mine"), "utf8")).toBe(`MINE=1\n\n${written}`);
  expect([lstatSync(file).isSymbolicLink(), statSync(file).mode & 0o777]).toEqual([true, 0o600]);
  expect(readdirSync(here.project).sort()).toEqual([".env", "mine", "setup.sh"]);
  here.install("mv", "exit 1");
  writeFileSync(file, "MINE=2\n");
  const failed = here.run();
  expect([failed.status, failed.err.at(-1), readFileSync(file, "utf8")]).toEqual([
    1,
    "setup.sh: `.env` could not be written, and is as it was",
    "MINE=2\n",
  ]);
  const saidOf = (make: () => void) => {
    rmSync(file, { recursive: true, force: true });
    make();
    const { status, err } = here.run("--check");
    return [status, err.at(-1)];
  };
  expect(saidOf(() => execFileSync("mkfifo", [file]))).toEqual([
    1,
    "setup.sh: `.env` is a pipe or a device, and no file: move it away",
  ]);
  expect(saidOf(() => mkdirSync(file))).toEqual([
    1,
    "setup.sh: `.env` is a directory, and the variables are written to a file: move it away",
  ]);
  expect(saidOf(() => symlinkSync("nowhere", file))).toEqual([
    1,
    "setup.sh: `.env` is a link to `nowhere`, which is not there",
  ]);
});
