#!/bin/sh
# One would expect: after `cargo build -p plug`, `cargo build -p app` does what it does in a clean directory.
# What happens: a member of crate type `dylib` gets `-C prefer-dynamic` only where it was not itself asked for; name
# and fingerprint do not tell. Cargo takes the library for fresh, and linking `app` fails; after `cargo clean` it works.
# Why it matters: a unit's key has to hold how it was asked for, which the unit graph does not show.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
cd "$work"
mkdir -p app/src plug/src
printf '[workspace]\nmembers = ["app", "plug"]\nresolver = "2"\n' >Cargo.toml
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nplug = { path = "../plug" }\n' >app/Cargo.toml
printf '[package]\nname = "plug"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["dylib"]\n[dependencies]\nitoa = "=1.0.15"\n' >plug/Cargo.toml
echo 'pub fn text() -> String { itoa::Buffer::new().format(1u8).to_owned() }' >plug/src/lib.rs
echo 'fn main() { println!("{}", plug::text()) }' >app/src/main.rs
cargo build --quiet -p plug
after=0
cargo build -v -p app >log 2>&1 || after=$?
grep -E 'Fresh plug|^error: cannot satisfy' log | head -n 2
cargo clean --quiet
clean=0
cargo build --quiet -p app || clean=$?
echo "app after plug: exit $after; app in a clean directory: exit $clean"
[ "$after" = 101 ] && [ "$clean" = 0 ] || { echo "changed"; exit 1; }
