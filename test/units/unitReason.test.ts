import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../src/base/digest.ts";
import { type UnitParts, unitReason } from "../../src/units/why/unitReason.ts";

const one = digestOf("one");
const two = digestOf("two");
const copied = digestOf("copied");
const dependency = "itoa 1\nlib\nitoa\nbuild\n\n3\n";

const script = "ring 0.17\ncustom-build\nbuild-script-build\nrun-custom-build\n\n0\n";

const before: UnitParts = {
  version: "1.0.0",
  environment: one,
  content: one,
  local: true,
  profile: { opt_level: '"3"', lto: '"false"' },
  features: ["std"],
  lto: "objects",
  primary: false,
  dependencies: { [dependency]: one, [script]: one },
  reads: {
    ...{ "file:src/lib.rs": one, "file:gone.txt": one, "open:data.txt": one, "look:new.txt": null },
    ...{ "list:a": one, "link:b": one, "names:": one, "input:/build/vendor/itoa-1.0.0": one },
    "source:the level `none` does not observe": one,
  },
};

const change = (from: Digest, to: Digest) =>
  `the environment changed from ${from === one ? 1 : 2} to ${to === one ? 1 : 2}`;

const explanations = {
  change,
  copiedFrom: (content: Digest) => (content === copied ? "vendor/itoa" : undefined),
  askedBy: (features: readonly string[]) =>
    features.includes("visit") ? "`darling 0.20` ← `app`" : undefined,
  doubted: () => [],
  versionsOf: (name: string) => (name === dependency ? { was: "1.0.15", is: "1.0.15" } : undefined),
  otherWay: (): string | undefined => undefined,
};

test.each<[string, Partial<UnitParts>]>([
  ["the environment changed from 1 to 2", { environment: two, version: "2.0.0" }],
  ["its version changed from 1.0.0 to 1.0.1", { version: "1.0.1", content: two }],
  ["feature `derive` was added", { features: ["derive", "std"] }],
  ["features `alloc`, `derive` were added", { features: ["alloc", "derive", "std"] }],
  ["feature `visit` was added (by `darling 0.20` ← `app`)", { features: ["std", "visit"] }],
  ["feature `std` was removed", { features: [] }],
  ['`lto` of its profile changed from "false" to "true"', { profile: { opt_level: '"3"', lto: '"true"' } }],
  ["others link it with `lto` than the last time", { lto: "both" }],
  ["its package was asked for, and not only needed as the last time", { primary: true }],
  ["`src/lib.rs` changed", { reads: { ...before.reads, "file:src/lib.rs": two } }],
  ["`gone.txt` was removed", { reads: { ...before.reads, "file:gone.txt": null } }],
  ["`data.txt` changed", { reads: { ...before.reads, "open:data.txt": two } }],
  ["`new.txt` was added", { reads: { ...before.reads, "look:new.txt": two } }],
  ["a file was added to `a` or removed from it", { reads: { ...before.reads, "list:a": two } }],
  ["the link `b` changed", { reads: { ...before.reads, "link:b": two } }],
  [
    "`itoa-1.0.0` changed, and it read files of it",
    { reads: { ...before.reads, "input:/build/vendor/itoa-1.0.0": two } },
  ],
  [
    "a file was added to the package in `.` or removed from it, and its build script does not say which it reads",
    { reads: { ...before.reads, "names:": two } },
  ],
  [
    "a file of the project changed, and which it reads is not known: the level `none` does not observe",
    { reads: { ...before.reads, "source:the level `none` does not observe": two } },
  ],
  ["the build script of `ring 0.17` was run", { dependencies: { ...before.dependencies, [script]: null } }],
  ["its `Cargo.toml` changed", { content: two }],
  ["its source changed, although its version did not", { content: two, local: false }],
  ["it is taken from `vendor/itoa` now, as it lies there", { content: copied, local: false }],
  ["the build script of `ring 0.17` was removed", { dependencies: { [dependency]: one } }],
  ["its dependency `itoa 1` was compiled", { dependencies: { ...before.dependencies, [dependency]: null } }],
  [
    "its dependency `itoa 1` is not the one of the last time",
    { dependencies: { ...before.dependencies, [dependency]: two } },
  ],
  ["its dependency `itoa 1` was removed", { dependencies: { [script]: one } }],
  [
    "its dependency `ryu 1` was added",
    { dependencies: { ...before.dependencies, "ryu 1\nlib\nryu\nbuild\n\n3\n": one } },
  ],
  [
    "it names `.git/HEAD`, which is not there, and so Cargo runs it each time",
    { reads: { ...before.reads, "tree:a/../.git/HEAD": null } },
  ],
  ["what it was built to last time is no longer in the store", {}],
])("%s", (reason, changed) => {
  expect(unitReason({ ...before, ...changed }, before, explanations)).toBe(reason);
});

test("what only others tell is made anew when they are not trusted any more", () => {
  expect(unitReason(before, before, { ...explanations, doubted: () => ["ci-1"] })).toBe(
    "what it was built to last time rests on the word of `ci-1`, who is not trusted any more",
  );
});

test("another version of a dependency, be it compiled or not, before what else is compiled", () => {
  const versionsOf = (name: string) => (name === dependency ? { was: "1.0.15", is: "1.0.17" } : undefined);
  for (const key of [two, null]) {
    const now = { ...before, dependencies: { [script]: null, [dependency]: key } };
    expect(unitReason(now, before, { ...explanations, versionsOf })).toBe(
      "its dependency `itoa` changed from 1.0.15 to 1.0.17",
    );
  }
});

test("a crate is no longer taken from a copy, or from another state of it", () => {
  const last = { ...before, local: false, content: copied };
  const from = (content: Digest) => (content === one ? undefined : "vendor/itoa");
  expect(unitReason({ ...last, content: one }, last, { ...explanations, copiedFrom: from })).toBe(
    "it is taken as it was published now, and no longer from `vendor/itoa`",
  );
  expect(unitReason({ ...last, content: two }, last, { ...explanations, copiedFrom: from })).toBe(
    "`vendor/itoa` changed",
  );
});

test("a unit that left something is compiled each time", () => {
  const left = { ...before, unkept: "it left `a/generated.rs`, which would be missing if it did not run" };
  expect(unitReason(before, left, explanations)).toBe(
    "each time, since it left `a/generated.rs`, which would be missing if it did not run",
  );
});

test("a unit without a past was not built here before, or only in another way", () => {
  const otherWay = () => "with `opt_level` 3";
  expect(unitReason(before, undefined, { ...explanations, otherWay })).toBe(
    "it was not built here before, only with `opt_level` 3",
  );
  expect(unitReason(before, undefined, explanations)).toBe("it was not built here before");
  const stepChange = "`src/main.rs` changed";
  expect(unitReason(before, undefined, { ...explanations, stepChange })).toBe(
    "it was not built here before; since the last result of its step, `src/main.rs` changed",
  );
});
