import { expect, test } from "vitest";
import { planFailure } from "../../src/cargo/plan/planFailure.ts";

const plan = ["build", "--release"];
const packages = [
  { name: "app", version: "0.2.0", features: ["tls", "serde"] },
  { name: "tool", features: [] },
];
const lock = ["app", "tool"].map((name) => `[[package]]\nname = "${name}"\nversion = "0.2.0"\n`).join("\n");
const failureOf = (said: string, locked = lock) =>
  planFailure({ step: "app", plan, packages, lock: locked }, said.split("\n"));

test("a lock that does not name what the manifests want", () => {
  const said = `error: no matching package named \`itoa\` found
location searched: directory source \`/build/vendor\` (which is replacing registry \`crates-io\`)
required by package \`app v0.0.0 (/build/source)\`
As a reminder, you're using offline mode (--offline) which can sometimes cause surprising resolution failures`;
  expect(failureOf(said)).toEqual({
    code: "lock-stale",
    message: "`Cargo.lock` does not agree with the manifests",
    notes: [],
    help: ["cargo update --workspace"],
    causes: [
      "no matching package named `itoa` found\nlocation searched: the packages of registry `crates-io` that `Cargo.lock` names\nrequired by package `app`",
    ],
    status: 1,
  });
});

test("a lock without packages, where the manifests want one", () => {
  const said = `error: no matching package named \`libc\` found
location searched: crates.io index
required by package \`app v0.0.0 (/build/source)\``;
  const { code, causes } = failureOf(said);
  expect([code, ...causes]).toEqual([
    "lock-stale",
    "no matching package named `libc` found\nlocation searched: the packages of crates.io that `Cargo.lock` names\nrequired by package `app`",
  ]);
});

test("a lock that Cargo would have to change", () => {
  const said =
    "error: cannot update the lock file /build/source/Cargo.lock because --locked was passed to prevent this";
  expect(failureOf(said)).toMatchObject({
    code: "lock-stale",
    notes: [],
    causes: [],
  });
  const other =
    '[[package]]\nname = "app"\nversion = "0.1.0"\n\n[[package]]\nname = "tool"\nversion = "1.0.0"\nsource = "registry+https://example.com/index"\n';
  expect(failureOf(said, other).notes).toEqual([
    "`app` is 0.2.0 in its manifest, and 0.1.0 in the lock",
    "the lock has no `tool`",
  ]);
});

test("a package that the workspace does not have", () => {
  const said = "error: package ID specification `serve` did not match any packages";
  expect(failureOf(said)).toMatchObject({
    code: "package-unknown",
    message: "the workspace has no package `serve`",
    notes: ["it has `app`, `tool`"],
    help: ["see what there is: cargo metadata --no-deps"],
    status: 2,
  });
  // Cargo's guess may be a dependency.
  expect(failureOf(`${said}\nhelp: a package with a similar name exists: \`serde\``)).toMatchObject({
    notes: ["it has `app`, `tool`"],
    help: ["see what there is: cargo metadata --no-deps"],
  });
  expect(failureOf("error: package ID specification `tol` did not match any packages")).toMatchObject({
    help: ["did you mean `tool`?"],
  });
});

test("a program that there is not, with those that there are", () => {
  const said = `error: no bin target named \`nope\` in default-run packages
help: available bin targets:
    app
    tool`;
  expect(failureOf(said)).toEqual({
    code: "target-unknown",
    message: "no bin target named `nope`",
    notes: ["there are `app`, `tool`"],
    help: [],
    causes: [],
    status: 2,
  });
  const similar =
    "error: no bin target named `ap` in default-run packages\n\nhelp: a target with a similar name exists: `app`";
  expect(failureOf(similar)).toMatchObject({ notes: [], help: ["did you mean `app`?"] });
  expect(failureOf("error: no library targets found in package `app`")).toMatchObject({
    message: "no library targets found in package `app`",
    notes: [],
  });
});

test("a feature that there is not, with those that there are", () => {
  const said =
    "error: none of the selected packages contains this feature: tsl\nselected packages: app, tool";
  expect(failureOf(said)).toEqual({
    code: "feature-unknown",
    message: "no package that is built has the feature `tsl`",
    notes: ["`app` has `tls`, `serde`", "`tool` has no features"],
    help: ["did you mean `tls`?"],
    causes: [],
    status: 2,
  });
  expect(failureOf("error: the package 'tool' does not contain these features: one, two")).toMatchObject({
    message: "`tool` has no features `one`, `two`",
    notes: ["`tool` has no features"],
    help: [],
  });
});

test("a profile that is not defined", () => {
  expect(failureOf("error: profile `fast` is not defined")).toMatchObject({
    code: "profile-unknown",
    message: "the profile `fast` is not defined",
    help: ['name another, or define it in `Cargo.toml`: [profile.fast] inherits = "release"'],
    status: 2,
  });
});

test("a compiler that is older than packages ask for, in the words of Cargo 1.95 and of 1.70", () => {
  const said = `error: rustc 1.95.0 is not supported by the following package:\n  app@0.0.0 requires rustc 1.99`;
  expect(failureOf(said)).toMatchObject({
    code: "rust-version",
    message: "the toolchain is older than a package requires",
    causes: ["rustc 1.95.0 is not supported by the following package:\napp requires rustc 1.99"],
  });
  const several = "the following packages:\n  a@1.0.0 requires rustc 1.99\n  b@2.0.0 requires rustc 1.98";
  expect(failureOf(`error: rustc 1.95.0 is not supported by ${several}`)).toMatchObject({
    message: "the toolchain is older than packages require",
  });
  const older =
    "error: package `app v0.0.0 (/build/source)` cannot be built because it requires rustc 1.99 or newer, while the currently active rustc version is 1.70.0";
  expect(failureOf(older)).toMatchObject({ code: "rust-version" });
});

test("a lock that Cargo would write anew, and may not", () => {
  const said = `error: failed to write Cargo.lock

Caused by:
  failed to open: Cargo.lock

Caused by:
  Read-only file system (os error 30)`;
  expect(failureOf(said)).toEqual({
    code: "lock-stale",
    message: "Cargo would write `Cargo.lock` anew, which no build may",
    notes: ["without `--locked` it does so where the lock is out of date, and where it only looks otherwise"],
    help: [
      'with it, only the former is an error: cargoExtraArgs: ["--locked", …]',
      "or let Cargo write it: cargo update --workspace",
    ],
    causes: [],
    status: 1,
  });
});

test("a standard library to be compiled whose crates are not vendored", () => {
  const said = `error: "/build/toolchain/lib/rustlib/src/rust/library/Cargo.lock" does not exist, unable to build with the standard library, try:
        rustup component add rust-src`;
  expect(failureOf(said)).toEqual({
    code: "std-not-vendored",
    message: "cargo could not plan `app`, which compiles the standard library",
    notes: [
      "a build sees the sources of the standard library only where the crates that it needs are vendored",
    ],
    help: [
      'vendor its crates too: cargoVendorDir: crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true })',
    ],
    causes: [],
    status: 2,
  });
});

test("all else in Cargo's words, with paths as the user knows them", () => {
  const said = `warning: unused key
error: failed to load manifest for workspace member \`/build/source/a\`

Caused by:
  failed to parse manifest at \`/build/source/a/Cargo.toml\``;
  expect(failureOf(said)).toEqual({
    code: "plan-failed",
    message: "cargo could not plan `app`",
    notes: [],
    help: [],
    causes: [
      "`cargo build --release`",
      "failed to load manifest for workspace member `a`",
      "failed to parse manifest at `a/Cargo.toml`",
    ],
    status: 1,
  });
});
