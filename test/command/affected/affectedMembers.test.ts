import { expect, test } from "vitest";
import { parseLock } from "../../../src/cargo/lock/parseLock.ts";
import { affectedMembers, type WorkspaceState } from "../../../src/command/affected/affectedMembers.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const lockWith = (version: string) => `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["core", "log"]

[[package]]
name = "core"
version = "0.1.0"
dependencies = ["itoa"]

[[package]]
name = "itoa"
version = "${version}"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${version.replaceAll(".", "0").padEnd(64, "0")}"

[[package]]
name = "log"
version = "0.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${"0".repeat(64)}"

[[package]]
name = "tool"
version = "0.1.0"
dependencies = ["log"]
`;

const files = {
  "Cargo.toml": "workspace",
  "Cargo.lock": "lock",
  "crates/app/src/main.rs": "fn main() {}",
  "crates/core/src/lib.rs": "",
  "crates/core/data/words.txt": "one",
  "crates/tool/src/main.rs": 'const WORDS: &str = include_str!("../../core/data/words.txt");',
  "proto/a.proto": "message",
};

function state(changes: Readonly<Record<string, string>> = {}, version = "1.0.0"): WorkspaceState {
  const texts = new Map(Object.entries({ ...files, ...changes }).filter(([, text]) => text !== "gone"));
  return {
    members: new Map([
      ["app", "crates/app"],
      ["core", "crates/core"],
      ["tool", "crates/tool"],
    ]),
    files: texts,
    lock: valueOfResult(parseLock("Cargo.lock", lockWith(version))),
    textOf: (path) => texts.get(path) ?? "",
  };
}

const all = (path: string) => ["app", "core", "tool"].map((name) => ({ name, because: path }));

test.each<[what: string, now: WorkspaceState, affected: readonly { name: string; because: string }[]]>([
  ["nothing", state(), []],
  ["the lock's text alone", state({ "Cargo.lock": "reordered" }), []],
  [
    "a leaf",
    state({ "crates/app/src/main.rs": "fn main() { }" }),
    [{ name: "app", because: "crates/app/src/main.rs" }],
  ],
  [
    "a member that another depends on",
    state({ "crates/core/src/lib.rs": "// changed" }),
    [
      { name: "app", because: "depends on core" },
      { name: "core", because: "crates/core/src/lib.rs" },
    ],
  ],
  [
    "a file that another member's code names",
    state({ "crates/core/data/words.txt": "two" }),
    [
      { name: "app", because: "depends on core" },
      { name: "core", because: "crates/core/data/words.txt" },
      { name: "tool", because: "its code names crates/core/data/words.txt" },
    ],
  ],
  [
    "a file that went",
    state({ "crates/app/src/main.rs": "gone" }),
    [{ name: "app", because: "crates/app/src/main.rs" }],
  ],
  ["the workspace's manifest", state({ "Cargo.toml": "changed" }), all("Cargo.toml")],
  ["a file of no member", state({ "proto/a.proto": "changed" }), all("proto/a.proto")],
  [
    "much at once: what is a member's own comes first, and what all have in common last",
    state({
      "Cargo.toml": "changed",
      "crates/core/src/lib.rs": "// changed",
      "crates/core/data/words.txt": "two",
      "crates/app/src/main.rs": "gone",
    }),
    [
      { name: "app", because: "crates/app/src/main.rs, depends on core, and 1 more" },
      { name: "core", because: "crates/core/data/words.txt, crates/core/src/lib.rs, and 1 more" },
      { name: "tool", because: "its code names crates/core/data/words.txt, Cargo.toml" },
    ],
  ],
  [
    "a crate of the lock",
    state({}, "1.0.1"),
    [
      { name: "app", because: "depends on core" },
      { name: "core", because: "depends on itoa 1.0.1, which changed in Cargo.lock" },
    ],
  ],
])("%s", (_, now, affected) => {
  expect(affectedMembers(state(), now)).toEqual(affected);
});

test("beside other members, a package in the root has its own code, and the rest belongs to all", () => {
  const rooted = (changes: Readonly<Record<string, string>>): WorkspaceState => ({
    ...state({ "src/main.rs": "", ...changes }),
    members: new Map([
      ["app", "."],
      ["core", "crates/core"],
      ["tool", "crates/tool"],
    ]),
  });
  expect(affectedMembers(rooted({}), rooted({ "src/main.rs": "fn main() {}" }))).toEqual([
    { name: "app", because: "src/main.rs" },
  ]);
  expect(affectedMembers(rooted({}), rooted({ "proto/a.proto": "changed" }))).toEqual(all("proto/a.proto"));
});
