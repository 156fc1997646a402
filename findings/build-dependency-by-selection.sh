#!/bin/sh
# One would expect: after `cargo build -p one`, a `cargo build` of the workspace compiles what the other members need more, where
# the features of all crates are the same.
# What happens: a crate that only build scripts use is compiled without debug information, unless some member that is built now
# uses it in its program. With `-p one` it is the former, with all members the latter: another unit, and so other build scripts,
# which run again, and another library of each package that has one. `debug = 0` in the profile ends that.
# Why it matters: a layer or cache made for one selection serves another in part; what is compiled for a member depends on others.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET
cargo --version
mkdir -p "$work/one/src" "$work/two/src"
cd "$work"
printf '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n[build-dependencies]\nitoa = "=1.0.15"\n' >one/Cargo.toml
printf '[package]\nname = "two"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nitoa = "=1.0.15"\n' >two/Cargo.toml
echo 'fn main() { println!("cargo::rerun-if-changed=build.rs"); }' >one/build.rs
touch one/src/lib.rs two/src/lib.rs
# Prints what is compiled of the workspace after -p one.
after() {
  printf '[workspace]\nmembers = ["one", "two"]\nresolver = "2"\n%s\n' "$1" >Cargo.toml
  rm -rf target
  cargo build --quiet -p one
  cargo build 2>&1 | sed -n 's/^ *Compiling \([^ ]*\).*/\1/p' | sort | tr '\n' ' '
}
usual=$(after '')
without=$(after '[profile.dev]
debug = 0')
echo "after -p one, of the workspace: $usual; with debug = 0: $without"
[ "$usual; $without" = "itoa one two ; two " ] || { echo "changed"; exit 1; }
