import { expect, test } from "vitest";
import { fileset } from "../../../src/crane/arguments/sources.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import type { OciImageArgs } from "../../../src/crane/verbs/ociImage.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const manifest = [
  "[package]",
  'name = "app"',
  'description = "Serves"',
  'license = "MIT"',
  "repository.workspace = true",
  "version.workspace = true",
  "[workspace.package]",
  'version = "1.2.3"',
  'repository = "https://example.org/app"',
].join("\n");
const lib = libOf({ args: [] }, [], [], { "Cargo.toml": manifest });
const src = lib.cleanCargoSource(".");
const app = lib.buildPackage({ src, nativeBuildInputs: [pkgs.openssl] });
const digest = `sha256:${"0".repeat(64)}`;

test("an image of a package has the package, what it was built with, and labels from its manifest", () => {
  const image = lib.ociImage({ contents: [app] });
  expect(image).toEqual({
    type: "derivation",
    name: "app-image",
    env: {},
    phases: [
      {
        type: "image",
        format: 1,
        name: "app",
        tag: "latest",
        contents: [{ at: "/build/image/0", name: "app" }],
        system: "/build/image/system",
        architecture: "amd64",
        config: {
          Labels: {
            "org.opencontainers.image.title": "app",
            "org.opencontainers.image.version": "1.2.3",
            "org.opencontainers.image.description": "Serves",
            "org.opencontainers.image.licenses": "MIT",
            "org.opencontainers.image.source": "https://example.org/app",
          },
          User: "65532:65532",
        },
      },
    ],
    mounts: {
      "/build/image/0": { type: "output", of: app },
      "/build/image/system": [pkgs.openssl, { type: "base-system" }],
    },
  });
});

test("all that can be said of an image", () => {
  const image = lib.ociImage({
    contents: [app, fileset.include("templates"), pkgs.cacert],
    name: "registry.example.org:5000/team/server",
    tag: "1.2",
    fromImage: `debian:stable@${digest}`,
    config: {
      Entrypoint: ["/bin/app", "serve"],
      Cmd: ["--port", "8080"],
      Env: { RUST_LOG: "info" },
      ExposedPorts: [8080, "53/udp"],
      Labels: { "org.opencontainers.image.title": "The server" },
      StopSignal: "SIGINT",
      User: "www-data",
      Volumes: ["/data"],
      WorkingDir: "/srv",
    },
  });
  expect(image.phases).toMatchObject([
    {
      name: "registry.example.org:5000/team/server",
      tag: "1.2",
      base: "/build/image/base",
      contents: [{ name: "app" }, { name: "files" }, { name: "cacert", isCertificates: true }],
      config: {
        ExposedPorts: ["8080/tcp", "53/udp"],
        Labels: {
          "org.opencontainers.image.title": "The server",
          "org.opencontainers.image.version": "1.2.3",
        },
        User: "www-data",
      },
    },
  ]);
  expect(image.mounts["/build/image/base"]).toEqual({
    type: "base-image",
    repository: "docker.io/library/debian",
    digest,
    architecture: "amd64",
  });
});

test("a base is for the processor that the package is compiled for", () => {
  const arm = lib.buildPackage({ src, env: { CARGO_BUILD_TARGET: "aarch64-unknown-linux-musl" } });
  const image = lib.ociImage({ contents: [arm], fromImage: { path: "base", digest } });
  expect(image.mounts["/build/image/base"]).toEqual({
    type: "base-image",
    path: "base",
    digest,
    architecture: "arm64",
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ["no contents", { contents: [] }, "`contents` of `ociImage` must be a list that is not empty, and is `0`"],
  [
    "a word for a step",
    { contents: ["app"] },
    '`contents.0` of `ociImage` must be a step, a source, or `pkgs.cacert`, and is `"app"`',
  ],
  [
    "a port too high",
    { config: { ExposedPorts: [80_800] } },
    '`config.ExposedPorts.0` of `ociImage` must be a port, such as `8080` or `"53/udp"`, and is `80800`',
  ],
  [
    "a port that is a word",
    { config: { ExposedPorts: ["http"] } },
    '`config.ExposedPorts.0` of `ociImage` must be a port, such as `8080` or `"53/udp"`, and is `"http"`',
  ],
  [
    "ports as the OCI has them",
    { config: { ExposedPorts: { "80/tcp": {} } } },
    "`config.ExposedPorts` of `ociImage` must be a list, and is `Object`",
  ],
  [
    "variables as the OCI has them",
    { config: { Env: ["A=b"] } },
    "`config.Env` of `ociImage` must be an object, and is `Array`",
  ],
  [
    "a word that nothing knows",
    { config: { Entrypont: ["/bin/app"] } },
    "`ociImage` takes no argument `config.Entrypont`",
  ],
  [
    "an entry point as shell text",
    { config: { Entrypoint: "/bin/app serve" } },
    '`config.Entrypoint` of `ociImage` must be a list, and is `"/bin/app serve"`',
  ],
  [
    "a relative directory",
    { config: { WorkingDir: "srv" } },
    '`config.WorkingDir` of `ociImage` must be an absolute path, and is `"srv"`',
  ],
  ["a user without a number", { config: { User: "www" } }, "the image has no user `www`"],
  [
    "a name in capitals",
    { name: "App" },
    '`name` of `ociImage` must be a name of a repository: lower case, digits, `.`, `_`, `-` and `/`, and is `"App"`',
  ],
  [
    "a tag with a space",
    { tag: "a b" },
    '`tag` of `ociImage` must be a tag: letters, digits, `.`, `_` and `-`, and is `"a b"`',
  ],
  [
    "a package that is no certificates",
    { contents: [app, pkgs.sqlite] },
    "the package `sqlite` cannot be in an image",
  ],
  [
    "a base by a tag",
    { fromImage: "debian:stable" },
    "`fromImage` does not say by a digest which `debian:stable` it is",
  ],
  [
    "a base by a digest that is none",
    { fromImage: { path: "base", digest: "sha256:1" } },
    "`fromImage` does not say by a digest which `base` it is",
  ],
])("refused: %s", (_, args, message) => {
  const given = { contents: [app], ...args } as unknown as OciImageArgs;
  expect(refusalOf(() => lib.ociImage(given)).message).toBe(message);
});

test("whoever names a base by its tag learns how to ask for its digest", () => {
  const { help } = refusalOf(() => lib.ociImage({ contents: [app], fromImage: "debian:stable" }));
  expect(help).toEqual([
    "ask for the digest: skopeo inspect --format '{{.Digest}}' docker://debian:stable",
    'fromImage: "debian:stable@sha256:…"',
  ]);
});
