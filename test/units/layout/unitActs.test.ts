import { expect, test } from "vitest";
import type { Access, Task } from "../../../src/sandbox/observation.ts";
import { actsOf } from "../../../src/units/layout/unitActs.ts";

const own = "/build/target/release/build/ring-0123456789abcdef";
const actor = {
  packages: ["/build/vendor/ring-0.17.14"],
  own: (path: string) => path.startsWith(own),
  leftBy: (path: string) => /\/build\/(libz-sys)-/.exec(path)?.[1],
  isLinked: false,
};

type Did = {
  readonly programs?: readonly string[];
  readonly files?: readonly string[];
  readonly connects?: boolean;
  readonly accesses?: readonly string[];
};

const acts = ({ accesses = [], ...system }: Did, who: Partial<typeof actor> = {}) => {
  const task: Task = {
    ...{
      program: "/build/target/release/build/ring-fedcba9876543210/build-script-build",
      argv: [],
      env: {},
      cwd: "/",
    },
    accesses: accesses.map((line): Access => {
      const [kind, path = ""] = line.split(" ");
      return { kind: kind as Access["kind"], path };
    }),
    system: { programs: [], files: [], connects: false, ...system },
  };
  return actsOf([task], { ...actor, ...who });
};

test.each<readonly [what: string, did: Did, acts: readonly string[]]>([
  [
    "programs by their names, without processor and version, be they found or not",
    {
      programs: [
        "/usr/bin/x86_64-linux-gnu-gcc-12",
        "/build/toolchain/bin/git",
        "/usr/bin/git",
        "/usr/bin/musl-gcc",
      ],
    },
    ["runs gcc", "runs git", "runs musl-gcc"],
  ],
  [
    "not what a compiler runs by itself",
    { programs: ["/usr/bin/cc", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "/usr/bin/as", "/usr/bin/ld.bfd"] },
    ["runs cc"],
  ],
  ["but those, where there is no compiler", { programs: ["/usr/bin/as"] }, ["runs as"]],
  ["not the system's loader", { programs: ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-aarch64.so.1"] }, []],
  [
    "programs that are not the system's, by whose they are",
    {
      accesses: [
        "run /build/target/release/build/ring-fedcba9876543210/build-script-build",
        `run ${own}/out/probe`,
        "run /build/vendor/ring-0.17.14/configure",
        "run /build/vendor/protoc-bin-vendored-linux-x86_64-3.1.0/bin/protoc",
        "run /build/target/release/build/libz-sys-00/out/tool",
      ],
    },
    [
      "runs a program that it made",
      "runs configure of its package",
      "runs protoc of the crate protoc-bin-vendored-linux-x86_64",
      "runs tool of libz-sys",
    ],
  ],
  [
    "of the system's files those that code asks for",
    {
      files: [
        "/usr/include/x86_64-linux-gnu/sys/types.h",
        "/usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/stdio.h",
        "/usr/lib/x86_64-linux-gnu/libc.so.6",
        "/usr/lib/x86_64-linux-gnu/pkgconfig/sqlite3.pc",
        "/etc/ld.so.cache",
        "/etc/shadow",
        "/usr/share/cmake-3.25/Modules/CMake.cmake",
      ],
    },
    ["reads /etc/shadow", "reads /usr/include", "reads sqlite3.pc"],
  ],
  [
    "what others have made, and other crates",
    {
      accesses: [
        "open /build/target/release/build/libz-sys-00/out/include/zlib.h",
        "open /build/target/release/deps/libc.so.6",
        "open /build/vendor/openssl-src-300.5.1+3.5.1/openssl/Configure",
        "open /build/vendor/ring-0.17.14/src/lib.rs",
        `write ${own}/out/a.o`,
        "look /build/source/.git",
        "open /build/source/Cargo.toml",
      ],
    },
    ["reads the crate openssl-src", "reads the project", "reads what libz-sys made"],
  ],
  [
    "what is asked of a home, be it there or not, by its first name",
    {
      accesses: [
        "open /build/home/.ssh/id_ed25519",
        "write /build/home/.config/app/x/y",
        "open /build/home/.cargo/config.toml",
      ],
    },
    ["reads ~/.cargo", "reads ~/.ssh", "writes ~/.config/app"],
  ],
  [
    "what is written, though nothing came of it",
    {
      accesses: [
        "write /build/vendor/ring-0.17.14/src/made.rs",
        "write /build/target/release/x",
        "write /usr/lib/x",
        "write /tmp/cc1234.o",
        "write /opt/a/b/c",
      ],
    },
    ["writes /opt/a", "writes /usr/lib", "writes its package", "writes the target directory"],
  ],
  [
    "the network, which is asked for names first",
    { connects: true, files: ["/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/hosts"] },
    ["asks for the address of a host", "opens connections"],
  ],
])("it tells %s", (_, did, expected) => {
  expect(acts(did)).toEqual(expected);
});

test("of a compiler that links, what links is its own", () => {
  const programs = ["/usr/bin/cc", "/usr/bin/ld", "/usr/bin/git"];
  expect(acts({ programs }, { isLinked: true })).toEqual(["runs git"]);
});
