#!/bin/sh
# One would expect: an npm package that decodes `.tar.xz` of Rust's distribution goes on doing so.
# What happens: since Rust 1.91 archives are made with a dictionary of 96 MiB, and before with 64 MiB (`xz -lvv`). Decoders in
# JavaScript and WebAssembly have their own limit: `xz-decompress` reads 1.88 and fails with a bare `error code 4` at 1.95.
# Why it matters: an installer of toolchains written in JavaScript has to have `xz` itself, or stops at new releases alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . xz-decompress@0.2.3 >/dev/null
get() { curl --silent --fail --output "$1.tar.xz" "https://static.rust-lang.org/dist/$2/rust-std-$1-wasm32-unknown-unknown.tar.xz"; }
get 1.88.0 2025-06-26
get 1.95.0 2026-04-16
echo "5587b89ff69623d09e476439d44a24453b4e4ea3d5e0b53a5c0a935151ff3fd1  1.95.0.tar.xz" | sha256sum --check --quiet
cat >decode.mjs <<'JS'
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import decoders from "xz-decompress";
for (const version of ["1.88.0", "1.95.0"]) {
  const packed = Readable.toWeb(createReadStream(`${version}.tar.xz`));
  try {
    let bytes = 0;
    for await (const chunk of new decoders.XzReadableStream(packed)) bytes += chunk.length;
    console.log(`${version}: ${bytes} bytes`);
  } catch (error) {
    console.log(`${version}: ${error.message ?? error}`);
  }
}
JS
for version in 1.88.0 1.95.0; do
  echo "$version: $(xz -lvv $version.tar.xz | grep -o 'dict=[^ ]*'), xz: $(xz -dc $version.tar.xz | wc -c) bytes"
done
node decode.mjs | tee said
[ "$(cat said)" = "1.88.0: 87266816 bytes
1.95.0: get_next_output failed with error code 4" ] || { echo "changed"; exit 1; }
