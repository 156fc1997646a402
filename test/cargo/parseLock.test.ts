import fc from "fast-check";
import { expect, test } from "vitest";
import { type Lock, type LockPackage, lockGraph } from "../../src/cargo/lock/lock.ts";
import { parseLock } from "../../src/cargo/lock/parseLock.ts";
import { writeLock } from "../../src/cargo/lock/writeLock.ts";
import { cratesIo } from "../../src/cargo/sourceId.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { checksum, head, lockText } from "./lockText.ts";
import { shownError } from "./shownError.ts";

const index = "registry+https://github.com/rust-lang/crates.io-index";
const git = {
  kind: "git",
  url: "https://h/a",
  reference: { kind: "branch", name: "f/x" },
  commit: "0123abc",
} as const;

test("version 4", () => {
  expect(valueOfResult(parseLock("Cargo.lock", lockText))).toEqual({
    version: 4,
    comments: ["# Ours."],
    packages: [
      {
        name: "app",
        version: "0.1.0",
        dependencies: [
          { name: "rand", version: "0.7.3" },
          { name: "rand", version: "0.8.5" },
          { name: "remote" },
        ],
      },
      { name: "rand", version: "0.7.3", source: cratesIo, checksum, dependencies: [] },
      { name: "rand", version: "0.8.5", source: cratesIo, checksum, dependencies: [] },
      { name: "remote", version: "1.0.0", source: git, dependencies: [] },
    ],
    unusedPatches: [{ name: "serde", version: "1.0.0", dependencies: [] }],
    metadata: {},
  } satisfies Lock);
});

const version1 = `${head}[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "rand 0.8.5 (${index})",
 "remote 1.0.0 (git+https://h/a?branch=f/x#0123abc)",
]

[[package]]
name = "rand"
version = "0.8.5"
source = "${index}"

[[package]]
name = "remote"
version = "1.0.0"
source = "git+https://h/a?branch=f/x#0123abc"

[metadata]
"checksum rand 0.8.5 (${index})" = "${checksum}"
"checksum remote 1.0.0 (git+https://h/a?branch=f/x#0123abc)" = "<none>"
`;

test("version 1 has its checksums at the end", () => {
  expect(valueOfResult(parseLock("Cargo.lock", version1))).toEqual({
    version: 1,
    comments: [],
    packages: [
      {
        name: "app",
        version: "0.1.0",
        dependencies: [
          { name: "rand", version: "0.8.5", source: cratesIo },
          { name: "remote", version: "1.0.0", source: git },
        ],
      },
      { name: "rand", version: "0.8.5", source: cratesIo, checksum, dependencies: [] },
      { name: "remote", version: "1.0.0", source: git, dependencies: [] },
    ],
    unusedPatches: [],
    metadata: {},
  } satisfies Lock);
});

const version2 = lockText.replace("# Ours.\nversion = 4\n\n", "").replace("f%2Fx", "f/x");
const version3 = lockText.replace("version = 4", "version = 3").replace("f%2Fx", "f/x");
const emptyVersion1 = `${head}[[package]]\nname = "app"\nversion = "0.1.0"\n\n`;

test.each([
  ["1", version1],
  ["1 without dependencies", emptyVersion1],
  ["2", version2],
  ["3", version3],
  ["4", lockText],
])("version %s comes back to the byte", (version, text) => {
  const lock = valueOfResult(parseLock("Cargo.lock", text));
  expect([String(lock.version), writeLock(lock)]).toEqual([version.slice(0, 1), text]);
});

test("in version 1 the checksums are in order of text, among other metadata", () => {
  const text = `${head}${["1.9.0", "1.10.0"]
    .map((version) => `[[package]]\nname = "foo"\nversion = "${version}"\nsource = "${index}"\n\n`)
    .join("")}[metadata]
a = "b"
"checksum foo 1.10.0 (${index})" = "${checksum}"
"checksum foo 1.9.0 (${index})" = "${checksum}"
z = "b"
`;
  expect(writeLock(valueOfResult(parseLock("Cargo.lock", text)))).toBe(text);
});

test("names of branches are encoded since version 4", () => {
  const branch = (written: string) => lockText.replace("f%2Fx", written);
  const version3 = branch("f%2Fx").replace("version = 4", "version = 3");
  const referenceIn = (text: string) => {
    const source = valueOfResult(parseLock("Cargo.lock", text)).packages.at(-1)?.source;
    return source?.kind === "git" ? source.reference : undefined;
  };
  expect(referenceIn(version3.replace("f%2Fx", "f/x"))).toEqual({ kind: "branch", name: "f/x" });
  expect(referenceIn(branch("f%2Fx"))).toEqual({ kind: "branch", name: "f/x" });
});

test.each([
  ["a+b", "a b"],
  ["a%2Bb", "a+b"],
])("before version 4, Cargo does not find the branch `%s` again", (written, read) => {
  const text = lockText.replace("f%2Fx", written).replace("version = 4", "version = 3");
  const lock = parseLock("Cargo.lock", text);
  expect(lock.ok ? undefined : [lock.error.code, lock.error.message, lock.error.place?.label]).toEqual([
    "lock-reference",
    `Cargo reads the branch \`${written}\` of this lock as \`${read}\``,
    "pins nothing: Cargo would look for the newest commit",
  ]);
});

test("the package of a `[root]`, as Cargo before 0.18 wrote it", () => {
  const text = '[root]\nname = "app"\nversion = "0.1.0"\n\n[[package]]\nname = "a"\nversion = "1.0.0"\n';
  expect(valueOfResult(parseLock("Cargo.lock", text)).packages.map(named)).toEqual(["app 0.1.0", "a 1.0.0"]);
});

test("what `[replace]` puts in a package's place", () => {
  const text = `${head}version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "${index}"
replace = "a 1.0.0"

[[package]]
name = "a"
version = "1.0.0"
`;
  const lock = valueOfResult(parseLock("Cargo.lock", text));
  expect(lock.packages[0]?.replace).toEqual({ name: "a", version: "1.0.0" });
  expect(writeLock(lock)).toBe(text);
});

test("which of several packages a dependency means", () => {
  const sources = ["git+https://h/a#1", "git+https://h/b#1", undefined, "git+https://h/a?branch=x#1", index];
  const wanted = [
    "",
    " (git+https://h/a)",
    " (git+https://h/b)",
    " (git+https://h/a?branch=x)",
    ` (${index})`,
  ];
  const text = [
    `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n`,
    ...wanted.map((source) => ` "tool 1.0.0${source}",\n`),
    "]\n",
    ...sources.map(
      (source) =>
        `\n[[package]]\nname = "tool"\nversion = "1.0.0"\n${source === undefined ? "" : `source = "${source}"\n`}`,
    ),
  ].join("");
  const lock = valueOfResult(parseLock("Cargo.lock", text));
  const [app, ...tools] = lock.packages;
  const meant = (app && lockGraph(lock).get(app)) ?? [];
  expect(meant.map((one) => sources[tools.indexOf(one)])).toEqual([
    undefined,
    "git+https://h/a#1",
    "git+https://h/b#1",
    "git+https://h/a?branch=x#1",
    index,
  ]);
});

test("line breaks of other systems change nothing", () => {
  const lock = valueOfResult(parseLock("Cargo.lock", lockText.replaceAll("\n", "\r\n")));
  expect(writeLock(lock)).toBe(lockText);
});

test("the graph", () => {
  const edges = [...lockGraph(valueOfResult(parseLock("Cargo.lock", lockText)))].map(([one, others]) => [
    named(one),
    others.map(named),
  ]);
  expect(Object.fromEntries(edges)).toEqual({
    "app 0.1.0": ["rand 0.7.3", "rand 0.8.5", "remote 1.0.0"],
    "rand 0.7.3": [],
    "rand 0.8.5": [],
    "remote 1.0.0": [],
  });
});

function named({ name, version }: LockPackage): string {
  return `${name} ${version}`;
}

const malformed: readonly (readonly [string, string])[] = [
  [
    "version = 5\n",
    "error[lock-version]: `Cargo.lock` has version 5, which was written by a newer Cargo\n  --> Cargo.lock:1:11\nversion = 5\n          ^ versions up to 4 are understood",
  ],
  [
    'version = "4"\n',
    'error[lock-invalid]: `version` must be 3 or 4, found a string\n  --> Cargo.lock:1:11\nversion = "4"\n          ^^^ expected 3 or 4',
  ],
  [
    'version = 4\n[[package]]\nname = "a"\n',
    "error[lock-invalid]: `package[0].version` is missing\n  --> Cargo.lock:2:3\n[[package]]\n  ^^^^^^^ `version` is missing here",
  ],
  [
    'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "https://me:pw@h/a"\n',
    'error[lock-invalid]: `a` has a source that is not understood\n  --> Cargo.lock:5:10\nsource = "https://*****@h/a"\n         ^^^^^^^^^^^^^^^^^^^ expected `registry+…`, `sparse+…` or `git+…`',
  ],
  [
    'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = "xyz"\n',
    'error[lock-invalid]: `a` has a malformed checksum\n  --> Cargo.lock:5:12\nchecksum = "xyz"\n           ^^^^^ expected 64 hexadecimal digits',
  ],
  [
    'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nchecksum = "abc"\n',
    'error[lock-invalid]: `a` has a malformed checksum\n  --> Cargo.lock:5:12\nchecksum = "abc"\n           ^^^^^ expected 64 hexadecimal digits',
  ],
  [
    'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = ["b 1 c"]\n',
    'error[lock-invalid]: the dependency `b 1 c` is not understood\n  --> Cargo.lock:5:16\ndependencies = ["b 1 c"]\n               ^^^^^^^^^ expected `name version (source)`',
  ],
  [
    "version = 4\n<<<<<<< HEAD\n",
    "error[toml-syntax]: `Cargo.lock` is not valid TOML: illegal character in key\n  --> Cargo.lock:2:1\n<<<<<<< HEAD\n^ illegal character in key",
  ],
];

test.each(malformed)("%j is malformed", (text, expected) => {
  expect(shownError(parseLock("Cargo.lock", text))).toBe(expected);
});

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const number = fc.stringMatching(/^[0-9]\.[0-9]\.[0-9]$/);
const registryPackage = fc.record({
  name,
  version: number,
  source: fc.constant(cratesIo),
  checksum: fc.stringMatching(/^[0-9a-f]{64}$/),
  dependencies: fc.array(fc.record({ name, version: number, source: fc.constant(cratesIo) }), {
    maxLength: 3,
  }),
});
const lock: fc.Arbitrary<Lock> = fc.record({
  version: fc.constantFrom(1, 2, 3, 4),
  comments: fc.array(fc.stringMatching(/^# [a-z ]{1,9}$/), { maxLength: 2 }),
  packages: fc.uniqueArray(registryPackage, {
    minLength: 1,
    selector: (one) => `${one.name} ${one.version}`,
  }),
  unusedPatches: fc.constant([]),
  metadata: fc.dictionary(name, fc.string({ unit: "grapheme" })),
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(lock, (whole) => {
      expect(valueOfResult(parseLock("Cargo.lock", writeLock(whole)))).toEqual(whole);
    }),
  );
});
