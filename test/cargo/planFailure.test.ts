import { expect, test } from "vitest";
import { planFailure } from "../../src/cargo/plan/planFailure.ts";

const plan = ["build", "--release"];
const failureOf = (said: string) => planFailure("app", plan, said.split("\n"));

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

test("a lock that Cargo would have to change", () => {
  const said =
    "error: cannot update the lock file /build/source/Cargo.lock because --locked was passed to prevent this";
  expect(failureOf(said)).toMatchObject({
    code: "lock-stale",
    causes: ["cannot update the lock file Cargo.lock because --locked was passed to prevent this"],
  });
});

test("a package that the workspace does not have", () => {
  const said = "error: package ID specification `serve` did not match any packages";
  expect(failureOf(said)).toMatchObject({
    code: "package-unknown",
    message: "the workspace has no package `serve`",
    help: ["see what there is: cargo metadata --no-deps"],
    status: 2,
  });
  expect(failureOf(`${said}\nhelp: a package with a similar name exists: \`server\``)).toMatchObject({
    help: ["did you mean `server`?"],
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
