#!/bin/sh
# One would expect: `cargo fmt --check` and `rustfmt --check FILE` say the same of a file, with the same edition.
# What happens: rustfmt reads the `rustfmt.toml` nearest to the file that it is given, and its modules go by that one: for
# `cargo fmt` the one beside a module counts for nothing, for rustfmt on the module itself it counts alone.
# Why it matters: a hook that hands rustfmt the changed files accepts what CI's `cargo fmt --check` refuses, and the reverse.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
rustfmt --version
mkdir -p "$work/src/deep"
cd "$work"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo 'mod deep;' >src/lib.rs
echo 'hard_tabs = true' >src/deep/rustfmt.toml
try() {
  printf "$1" >src/deep/mod.rs
  cargo fmt --check >/dev/null && cargo=accepts || cargo=refuses
  rustfmt --edition 2021 --check src/deep/mod.rs >/dev/null && rustfmt=accepts || rustfmt=refuses
  printf '%-8s cargo fmt %s, rustfmt %s\n' "$2" "$cargo" "$rustfmt"
  [ "$cargo $rustfmt" = "$3" ] || { echo "changed"; exit 1; }
}
try 'pub fn a() {\n    b();\n}\n' spaces 'accepts refuses'
try 'pub fn a() {\n\tb();\n}\n' tabs 'refuses accepts'
