import { expect, test } from "vitest";
import { recognised, recogniseNativePackages } from "../../../src/crane/pkgs/recognise.ts";

const needs = (...crates: string[]) =>
  recogniseNativePackages(new Set(crates)).map(
    (each) => `${each.package.name} because of ${each.because}${each.optional ? ", optional" : ""}`,
  );

test("a project of pure Rust needs nothing", () => {
  expect(needs("serde", "ring", "constructor", "tokio")).toEqual([]);
});

test("openssl is needed, unless it is compiled from the crate `openssl-src`", () => {
  expect(needs("openssl-sys")).toEqual([
    "openssl because of openssl-sys",
    "pkgConfig because of openssl-sys",
  ]);
  expect(needs("openssl-sys", "openssl-src")).toEqual([
    "make because of openssl-src",
    "perl because of openssl-src",
  ]);
});

test("protoc is needed to compile `.proto` files, unless a crate brings it", () => {
  expect(needs("prost-build", "tonic-prost-build")).toEqual(["protobuf because of prost-build"]);
  expect(needs("prost-build", "protoc-bin-vendored")).toEqual([]);
});

test("what a crate may compile itself is optional", () => {
  expect(needs("libsqlite3-sys", "libz-sys", "bindgen")).toEqual([
    "libclang because of bindgen, optional",
    "pkgConfig because of libsqlite3-sys, optional",
    "sqlite because of libsqlite3-sys, optional",
    "zlib because of libz-sys, optional",
  ]);
});

test("a crate that cannot do without outweighs one that can", () => {
  expect(needs("bindgen", "librocksdb-sys")).toEqual(["libclang because of librocksdb-sys"]);
});

test("knows the usual suspects", () => {
  expect([...recognised.keys()]).toEqual(expect.arrayContaining(usual));
});

const usual =
  "openssl-sys openssl-src prost-build tonic-build tonic-prost-build libz-sys libsqlite3-sys bindgen clang-sys cmake alsa-sys libudev-sys libdbus-sys gtk-sys rdkafka-sys pq-sys mysqlclient-sys libgit2-sys libssh2-sys curl-sys zstd-sys bzip2-sys lzma-sys onig_sys aws-lc-sys tikv-jemalloc-sys capnpc x11 xcb wayland-sys servo-fontconfig-sys freetype-sys libusb1-sys hidapi nasm-rs".split(
    " ",
  );
