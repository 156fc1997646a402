import { expect, test } from "vitest";
import { explainFetchFailure } from "../../../src/fetch/registry/fetchCrates.ts";

const unreachable = `    Updating \`m\` index
error: failed to get \`cfg-if\` as a dependency of package \`small v0.1.0 (/home/me/small)\`

Caused by:
  download of config.json failed

Caused by:
  failed to download from \`https://me:secret@no.such.host.invalid/index/config.json\`

Caused by:
  [6] Could not resolve hostname (Could not resolve host: no.such.host.invalid)`;

test("a host that cannot be reached is named, without credentials", () => {
  expect(explainFetchFailure(unreachable.split("\n"))).toEqual({
    code: "fetch-failed",
    message: "cannot download crates from `no.such.host.invalid`",
    causes: [
      "failed to get `cfg-if` as a dependency of package `small v0.1.0 (/home/me/small)`",
      "download of config.json failed",
      "failed to download from `https://*********@no.such.host.invalid/index/config.json`",
      "[6] Could not resolve hostname (Could not resolve host: no.such.host.invalid)",
    ],
    notes: [],
    help: [
      "check the network and the proxy (`HTTPS_PROXY`, `http.proxy` in `.cargo/config.toml`), then: cargo fetch --locked",
    ],
    status: 1,
  });
});

test.each([
  "error: the lock file /a/Cargo.lock needs to be updated but --locked was passed to prevent this",
  "error: cannot update the lock file /a/Cargo.lock because --locked was passed to prevent this",
])("a stale lock is recognised: %s", (line) => {
  expect(explainFetchFailure(["    Updating crates.io index", line])).toEqual({
    code: "lock-stale",
    message: "`Cargo.lock` does not agree with the manifests",
    causes: [],
    notes: [],
    help: ["cargo update --workspace", "or, if there is no lock yet: cargo generate-lockfile"],
    status: 1,
  });
});

test("anything else is Cargo's to say", () => {
  expect(
    explainFetchFailure(["error: checksum for `itoa v1.0.19` changed between lock files", "", "more"]),
  ).toEqual({
    code: "fetch-failed",
    message: "`cargo fetch --locked` failed",
    causes: ["checksum for `itoa v1.0.19` changed between lock files\n\nmore"],
    notes: [],
    help: ["run it by itself until it succeeds: cargo fetch --locked"],
    status: 1,
  });
});

test("a toolchain that rustup does not have is named, without rustup's stack", () => {
  const said = `error: toolchain '1.75.0-x86_64-unknown-linux-gnu' is not installed
help: run \`rustup toolchain install\` to install it

Stack backtrace:
   0: anyhow::error::<impl core::convert::From<E> for anyhow::Error>::from`;
  expect(explainFetchFailure(said.split("\n"))).toEqual({
    code: "toolchain-missing",
    message: "toolchain `1.75.0-x86_64-unknown-linux-gnu` is not installed",
    causes: [],
    notes: ["rustup starts it in this project, also as the Cargo that downloads crates"],
    help: ["rustup toolchain install 1.75.0-x86_64-unknown-linux-gnu"],
    status: 1,
  });
});
