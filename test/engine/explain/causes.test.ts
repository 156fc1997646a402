import { describe, expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { explained, helpsFor } from "./explained.ts";

const declares = (inputs: string) =>
  `help: in \`gantry.config.ts\`: nativeBuildInputs: [pkgs.protobuf, ${inputs}]`;

const declaresLibraries = (inputs: string) => `help: in \`gantry.config.ts\`: buildInputs: [${inputs}]`;

describe("an undeclared tool", () => {
  test.each([
    ["dash", "  /bin/sh: 1: cmake: not found", "cmake"],
    ["bash", "bash: line 1: nasm: command not found", "nasm"],
    ["make", "make[2]: perl: No such file or directory", "perl"],
    ["env", "/usr/bin/env: ‘python3’: No such file or directory", "python3"],
    [
      "the crate cmake",
      "failed to execute command: No such file or directory (os error 2)\nis `cmake` not installed?",
      "cmake",
    ],
    [
      "the crate cc",
      'error occurred in cc-rs: failed to find tool "nasm": No such file or directory (os error 2)',
      "nasm",
    ],
    ["a build script", "failed to run `perl`: No such file or directory (os error 2)", "perl"],
    ["an absolute path", "/usr/bin/perl: No such file or directory (os error 2)", "perl"],
  ])("as %s says it", (_, log, tool) => {
    expect(explained(log)).toEqual([
      `note: the build runs \`${tool}\`, which is not among its declared inputs`,
      declares(`pkgs.${tool}`),
    ]);
  });

  test("git, which finds no repository once it is declared", () => {
    const help = expect.stringMatching(/^help: a build sees no history, so git finds no repository in it/);
    expect(explained("failed to run `git`: No such file or directory (os error 2)")).toEqual([
      "note: the build runs `git`, which is not among its declared inputs",
      declares("pkgs.git"),
      help,
    ]);
    const refused = "fatal: not a git repository (or any parent up to mount point /build)";
    expect(explained(`--- stderr\n${refused}\nthread 'main' panicked`)).toEqual([
      "note: the build asks git for a repository, and `.git` is no part of a source",
      help,
    ]);
  });

  test("git, of which crates that make a version ask, with what each takes instead", () => {
    const ofMacro = `error: Command \`git\` not found: is git installed?
 --> src/main.rs:1:28
  = note: this error originates in the macro \`git_version::git_version\` (in Nightly builds, run with -Z macro-backtrace for more info)`;
    const lead =
      "help: a build sees no history, so git finds no repository in it; what a version string needs";
    expect(explained(ofMacro)).toEqual([
      "note: the build runs `git`, which is not among its declared inputs",
      declares("pkgs.git"),
      `${lead} can be given as a variable, env: { COMMIT: "…" }, and the build cope without it, by git_version!(fallback = "…") and option_env!("COMMIT")`,
    ]);
    const ofScript = "error: failed to run custom build command for `app v0.1.0`\n  --- stderr\n";
    const absent = "no suitable 'git' command found!";
    expect(explained(`${ofScript}  Error: ${absent}\n  at vergen-gitcl-1.0.8/src/gitcl/mod.rs`)).toEqual([
      "note: the build runs `git`, which is not among its declared inputs",
      declares("pkgs.git"),
      `${lead} vergen takes from a variable, env: { VERGEN_GIT_SHA: "…" }`,
    ]);
    expect(explained(`warning: app@0.1.0: ${absent}\nerror: expected expression`)).toEqual([]);
  });

  test("that the table lacks has to be described", () => {
    expect(explained("sh: 1: frobnicate: not found")).toEqual([
      "note: the build runs `frobnicate`, which is not among its declared inputs",
      declares('pkg({ name: "frobnicate", bins: ["frobnicate"], names: { apt: "…" } })'),
    ]);
  });

  test("that is there to download is not advised as if that helped", () => {
    expect(explained("sh: 1: curl: not found")).toEqual([
      "note: the build runs `curl`, which is not among its declared inputs, and no build has a network: crates are fetched before it starts",
      "help: keep what it downloads in the project, as a file that `src` keeps, or depend on a crate that carries it; " +
        'where it downloads nothing, declare it: nativeBuildInputs: [pkg({ name: "curl", bins: ["curl"], names: { apt: "…" } })]',
    ]);
  });

  test("that is declared already is not advised again", () => {
    expect(explained("Could not find `protoc`. If `protoc` is installed, try setting the `PROTOC`")).toEqual([
      "note: the build runs `protoc`, which is not among its declared inputs",
    ]);
  });
});

test.each([
  ["gcc", "src/shim.c:1:10: fatal error: zlib.h: No such file or directory", "zlib.h", "pkgs.zlib"],
  ["clang", "wrapper.h:1:10: fatal error: 'openssl/ssl.h' file not found", "openssl/ssl.h", "pkgs.openssl"],
  [
    "clang",
    "fatal error: 'own/thing.h' file not found",
    "own/thing.h",
    'pkg({ name: "own-thing", names: { apt: "…" } })',
  ],
])("an undeclared header, in the words of %s", (_, log, header, input) => {
  expect(explained(log)).toEqual([
    `note: the build includes \`${header}\`, which no declared input brings`,
    declaresLibraries(input),
  ]);
});

test.each([
  ["GNU ld", "/usr/bin/ld: cannot find -lz: No such file or directory", "z", "pkgs.zlib"],
  ["lld", "rust-lld: error: unable to find library -lpq", "pq", "pkgs.postgresql"],
  ["mold", "mold: fatal: library not found: sqlite3", "sqlite3", "pkgs.sqlite"],
  [
    "rustc",
    "error: could not find native static library `zstd`, perhaps an -L flag is missing?",
    "zstd",
    "pkgs.zstd",
  ],
  ["GNU ld", "/usr/bin/ld: cannot find -lfrob", "frob", 'pkg({ name: "frob", names: { apt: "…" } })'],
])("an undeclared library, in the words of %s", (_, log, library, input) => {
  expect(explained(log)).toEqual([
    `note: the build links \`lib${library}\`, which no declared input brings`,
    declaresLibraries(input),
  ]);
});

test("the library that bindgen loads is one of its program's", () => {
  expect(explained('Unable to find libclang: "couldn\'t find any valid shared libraries"')).toEqual([
    "note: the build links `libclang`, which no declared input brings",
    declares("pkgs.libclang"),
  ]);
});

test.each([
  ["pkg-config", "Package openssl was not found in the pkg-config search path."],
  ["pkgconf", "Package 'openssl', required by 'virtual:world', not found"],
  ["the crate", "The system library `openssl` required by crate `openssl-sys` was not found."],
  [
    "the crate without pkg-config",
    "Could not run `PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 pkg-config --libs --cflags openssl`\nThe pkg-config command could not be found.",
  ],
  [
    "the crate that wants a version",
    "Could not run `PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config --libs --cflags openssl 'openssl >= 1.1'`\nThe pkg-config command could not be found.",
  ],
])("an undeclared `.pc` file, in the words of %s", (_, log) => {
  expect(explained(log)).toEqual([
    "note: the build asks `pkg-config` for `openssl`, which no declared input brings",
    declares("pkgs.pkgConfig"),
    declaresLibraries("pkgs.openssl"),
  ]);
});

test.each([
  ["rustc", "error: linker `clang` not found", "clang", "pkgs.clang"],
  ["clang", "clang: error: invalid linker name in argument '-fuse-ld=lld'", "lld", "pkgs.lld"],
  [
    "gcc",
    'note: "cc" "-fuse-ld=mold" "-o" "app"\ncollect2: fatal error: cannot find \'ld\'',
    "mold",
    "pkgs.mold",
  ],
])("a linker, in the words of %s", (_, log, linker, input) => {
  expect(explained(log)).toEqual([
    `note: the linker \`${linker}\` is not among the declared inputs`,
    declares(input),
  ]);
});

describe("an undeclared variable", () => {
  test.each([
    ["env!", "error: environment variable `API_URL` not defined at compile time"],
    ["expect", "API_URL must be set: NotPresent"],
    ["a message", "Environment variable API_URL is not set"],
  ])("in the words of %s", (_, log) => {
    expect(explained(log)).toEqual([
      "note: the build reads the variable `API_URL`, which is not declared",
      'help: in `gantry.config.ts`: env: { …, API_URL: "…" }',
    ]);
  });

  test("whose name nobody prints", () => {
    expect(explained("called `Result::unwrap()` on an `Err` value: NotPresent")).toEqual([
      "note: the build reads a variable that is not declared; the log does not say which",
      'help: in `gantry.config.ts`: env: { …, NAME: "…" }',
    ]);
  });

  test("that Cargo sets, where it should, is no matter of declaring", () => {
    expect(explained("error: environment variable `OUT_DIR` not defined at compile time")).toEqual([]);
  });
});

test.each([
  "curl: (6) Could not resolve host: example.org",
  "failed to lookup address information: Temporary failure in name resolution",
  "connect: Network is unreachable (os error 101)",
  'Os { code: 111, kind: ConnectionRefused, message: "Connection refused" }',
])("the network: %s", (log) => {
  expect(explained(log)).toEqual([
    "note: a build has no network; crates are fetched before it starts",
    "help: keep what it downloads in the project, as a file that `src` keeps, or depend on a crate that carries it",
  ]);
});

test.each([
  [
    "/home/me/.netrc: No such file or directory (os error 2)",
    "the build reads `/home/me/.netrc`; its home directory is empty, and nobody's own",
    'keep the file in the project, where `src` keeps it, or declare what it says: env: { NAME: "…" }',
  ],
  [
    "cannot open '/tmp/answers': No such file or directory",
    "the build reads `/tmp/answers`; each step has a `/tmp` of its own, empty at the start",
    "keep the file in the project, where `src` keeps it",
  ],
  [
    "/cache/gantry/trees/ab12/bin/app: No such file or directory (os error 2)",
    "the build reads `/cache/gantry/trees/ab12/bin/app`; of the store it sees what is declared, and never where it lies",
    "depend on what made it, through `Cargo.toml`, or keep a copy in the project",
  ],
  [
    "/opt/sdk/version.txt: No such file or directory (os error 2)",
    "the build reads `/opt/sdk/version.txt`, which lies outside of what it can see",
    "keep the file in the project, where `src` keeps it, or declare the package that brings it",
  ],
])("a path outside: %s", (log, note, help) => {
  expect(explained(log)).toEqual([`note: ${note}`, `help: ${help}`]);
});

test.each([
  ["Rust", "Error: Invalid cross-device link (os error 18)"],
  ["Rust, unwrapped", 'Os { code: 18, kind: CrossesDevices, message: "Invalid cross-device link" }'],
  ["ln", "ln: failed to create hard link '/build/target/x' => 'x': Invalid cross-device link"],
  ["Python", "OSError: [Errno 18] Invalid cross-device link: 'gen' -> 'old'"],
])("a rename or a link across mounts, in the words of %s", (_, log) => {
  expect(explained(log)).toEqual([
    "note: the build renames or links across mounts: the source, `OUT_DIR` and `/tmp` are others, and no directory of the source can be renamed",
    "help: copy instead, and remove the original if need be: std::fs::copy, cp, mv",
  ]);
});

test("a write to an input", () => {
  expect(explained("/build/source/src/gen.rs: Read-only file system (os error 30)")).toEqual([
    "note: the build writes to `/build/source/src/gen.rs`; inputs are read-only",
    "help: write below `OUT_DIR` in a build script, below `CARGO_TARGET_TMPDIR` or `/tmp` in a test; declare generated files by keeping them in `src`",
  ]);
});

/** What is said of a log where the build was seen to write to these places. */
function seenWriting(log: string, ...paths: readonly string[]): string | undefined {
  const accesses = paths.map((path) => ({ kind: "write", path }) as const);
  const task = { program: "/build/target/build", argv: [], env: {}, cwd: "/", accesses };
  const there = (path: string) => (/^\/usr(\/lib)?$/.test(path) ? path : undefined);
  return explained(log, there, { tasks: [task], unattributed: [] })[0];
}

test("a write to an input that the log does not name was seen", () => {
  const readOnly = 'Os { code: 30, kind: ReadOnlyFilesystem, message: "Read-only file system" }';
  const absent = 'Os { code: 2, kind: NotFound, message: "No such file or directory" }';
  const writes = (path: string) => `note: the build writes to \`${path}\`; inputs are read-only`;
  expect(seenWriting(readOnly, "/usr/lib/hello.txt")).toBe(writes("/usr/lib/hello.txt"));
  expect(seenWriting(absent, "/usr/share/hello.txt")).toBe(writes("/usr/share/hello.txt"));
  expect(seenWriting(absent, "/build/vendor/x")).toBe(writes("/build/vendor/x"));
  // What failed for another reason is not what was not found.
  expect(seenWriting(absent, "/usr/lib/hello.txt")).toBe(undefined);
  expect(seenWriting(absent, "/build/source/gen.rs", "/tmp/x", "/usr/python/__pycache__/a.pyc")).toBe(
    undefined,
  );
});

test.each([
  ["error: no such command: `clippy`", "component `clippy`", "components", "component", "clippy"],
  [
    "error: 'cargo-fmt' is not installed for the toolchain '1.95.0'",
    "component `rustfmt`",
    "components",
    "component",
    "rustfmt",
  ],
  [
    "error[E0463]: can't find crate for `std`\n= note: the `wasm32-unknown-unknown` target may not be installed",
    "standard library of `wasm32-unknown-unknown`",
    "targets",
    "target",
    "wasm32-unknown-unknown",
  ],
])("a part of the toolchain: %s", (log, what, key, verb, name) => {
  expect(explained(log)).toEqual([
    `note: the toolchain lacks the ${what}`,
    `help: in \`rust-toolchain.toml\`, which you may have to make, below \`[toolchain]\`: ${key} = ["${name}"], and: rustup ${verb} add ${name}`,
  ]);
});

test.each([
  [
    "/build/target/x86_64-pc-windows-gnu/release/deps/a-d7cc7b6d1290ddf3.exe: 1: MZ: not found",
    "x86_64-pc-windows-gnu",
    'name what runs it, `env: { CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER: "wine" }`',
  ],
  [
    "/build/target/wasm32-wasip1/release/deps/a-0.wasm: /build/target/wasm32-wasip1/release/deps/a-0.wasm: cannot execute binary file",
    "wasm32-wasip1",
    'name what runs it, `env: { CARGO_TARGET_WASM32_WASIP1_RUNNER: "wasmtime" }`',
  ],
  [
    "could not execute process `/build/target/aarch64-unknown-linux-gnu/release/deps/a-0` (never executed)\n\nCaused by:\nExec format error (os error 8)",
    "aarch64-unknown-linux-gnu",
    'install `qemu-user`, or name what runs it, `env: { CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: "qemu-aarch64 -L /usr/aarch64-linux-gnu" }`',
  ],
])("a program for another machine: %s", (log, platform, what) => {
  expect(explained(log)).toEqual([
    `note: programs for \`${platform}\` do not run on this machine, and nothing is named that runs them`,
    `help: ${what}, and declare its package in \`nativeBuildInputs\``,
  ]);
});

test.each([
  [
    "2: couldn't find the required version (version_116) of the application wasm-opt (found: version_108), unable to download in offline mode",
    "note: trunk wants `wasm-opt` version_116, declared is version_108, and no build downloads another",
    'help: declare a package that has version_116, or go by what is there: env: { TRUNK_TOOLS_WASM_OPT: "version_108" }',
  ],
  [
    "2: couldn't find the required version (0.2.129) of the application wasm-bindgen (found: 0.2.100), unable to download in offline mode",
    "note: trunk wants `wasm-bindgen` 0.2.129, declared is 0.2.100, and no build downloads another",
    "help: leave `wasm-bindgen-cli` away: Gantry then builds 0.2.129",
  ],
  [
    "2: couldn't find application wasm-opt (version: <any>), unable to download in offline mode",
    "note: trunk runs `wasm-opt`, which is not among the declared inputs",
    declares("pkgs.binaryen"),
  ],
  [
    "error: wasm-opt 108 breaks programs with reference types",
    "note: before version 110 wasm-opt exports the wrong table, and the page would not start; this is 108",
    'help: do without it, by `data-wasm-opt="0"` in the page\'s `<link data-trunk rel="rust">`, or declare a newer one that lies on your `PATH`: nativeBuildInputs: [pkg({ name: "wasm-opt", bins: ["wasm-opt"], names: {} })]',
  ],
])("a program of trunk's that is absent, or not the right one: %s", (log, note, help) => {
  expect(explained(log)).toEqual([note, help]);
});

test("several causes share the lines that declare them", () => {
  const log =
    "sh: 1: cmake: not found\nfatal error: zlib.h: No such file or directory\nsh: 1: cmake: not found";
  expect(explained(log)).toEqual([
    "note: the build runs `cmake`, which is not among its declared inputs",
    "note: the build includes `zlib.h`, which no declared input brings",
    declares("pkgs.cmake"),
    declaresLibraries("pkgs.zlib"),
  ]);
});

test("what is declared already stays in the argument that has it", () => {
  const declared = [pkgs.protobuf, pkgs.zlib];
  const configured = (text: string | undefined) =>
    helpsFor(
      "sh: 1: cmake: not found\nfatal error: openssl/ssl.h: No such file or directory",
      declared,
      text,
    );
  expect(
    configured("({ crane, pkgs }) => crane.buildPackage({ nativeBuildInputs: [pkgs.protobuf, pkgs.zlib] })"),
  ).toEqual([
    "in `gantry.config.ts`: nativeBuildInputs: [pkgs.protobuf, pkgs.zlib, pkgs.cmake]",
    "in `gantry.config.ts`: buildInputs: [pkgs.openssl]",
  ]);
  const apart = "nativeBuildInputs: [pkgs.protobuf], buildInputs: [pkgs.zlib]";
  expect(configured(`({ crane, pkgs }) => crane.buildPackage({ ${apart} })`)).toEqual([
    "in `gantry.config.ts`: nativeBuildInputs: [pkgs.protobuf, pkgs.cmake]",
    "in `gantry.config.ts`: buildInputs: [pkgs.zlib, pkgs.openssl]",
  ]);
  expect(configured(undefined)[0]).toContain(
    "{ src, nativeBuildInputs: [pkgs.protobuf, pkgs.cmake], buildInputs: [pkgs.zlib, pkgs.openssl] }",
  );
});

test("what only a test wants is declared for what runs the tests, and compiles no dependency anew", () => {
  const [help = ""] = helpsFor(
    "running 1 test\nsh: 1: git: not found",
    [pkgs.protobuf, pkgs.zlib],
    undefined,
  );
  const shared = "nativeBuildInputs: [pkgs.protobuf], buildInputs: [pkgs.zlib]";
  expect(help).toContain(
    `buildDepsOnly({ src, ${shared} });\n  const common = { src, ${shared}, cargoArtifacts };`,
  );
  expect(help).toContain(
    'cargoTest({ ...common, nativeBuildInputs: [pkgs.protobuf, pkgs.git], cargoTestExtraArgs: ["--workspace"] })',
  );
  expect(help).toContain("defineProject(({ crane, fileset, pkgs }) => {");
});

test.each([
  "error[E0425]: cannot find value `x` in this scope\n --> src/main.rs:1:13",
  "error: test failed, to rerun pass `--test it`\nassertion `left == right` failed",
  "error: linking with `cc` failed: exit status: 1",
])("an ordinary error has nothing to declare: %s", (log) => {
  expect(explained(log)).toEqual([]);
});

test("a native package for a newer libc than the base system's, in the words of glibc's loader and of GNU ld", () => {
  const help =
    "help: native packages come from this machine: where `gantry.lock` pins a base system, pin that of the newest machine (there: gantry cache push --base-system), or build on one of the distribution that is pinned";
  expect(
    explained(
      "pkg-config: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /lib/x86_64-linux-gnu/libpkgconf.so.3)\n\nThe system library `openssl` required by crate `openssl-sys` was not found.",
    ),
  ).toEqual(["note: `libpkgconf.so.3` needs `GLIBC_2.38`, and the libc of the base system is older", help]);
  expect(
    explained("/usr/bin/ld: /usr/lib/libx.so: undefined reference to `__isoc23_strtol@GLIBC_2.38'"),
  ).toEqual([
    "note: a library that is linked needs `GLIBC_2.38`, and the libc of the base system is older",
    help,
  ]);
});
