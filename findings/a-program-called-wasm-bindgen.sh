#!/bin/sh
# One would expect: `cargo new` and `cargo build` make a program, whatever it is called.
# What happens: rustc refuses one that is called `wasm-bindgen` or `wasm_bindgen` where its own version is below 0.2.88: it takes
# it for an old release of that library, by name and by `CARGO_PKG_VERSION_…`, on platforms without WebAssembly as well.
# Why it matters: who compiles stubs in the place of a package, with a version of their own, cannot build wasm-bindgen-cli.
# Needs: rustup.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RUSTUP_HOME="$work/rustup" CARGO_HOME="$work/cargo"
rustup toolchain install 1.95.0 --profile minimal --no-self-update >/dev/null 2>&1
cd "$work"
export USER=somebody
rustup run 1.95.0 cargo new --quiet --vcs none wasm-bindgen
cd wasm-bindgen
status=0
rustup run 1.95.0 cargo build --quiet || status=$?
echo "0.1.0: status $status"
sed -i 's/^version = .*/version = "0.3.0"/' Cargo.toml
rustup run 1.95.0 cargo build --quiet
echo "0.3.0: builds"
[ "$status" -ne 0 ] || { echo "changed"; exit 1; }
