#!/bin/sh
# One would expect: a package whose `rust-version` is newer than the compiler is named once when Cargo refuses it.
# What happens: Cargo goes through the units that it planned: a package with three programs is listed three times, and
# the message speaks of "packages".
# Why it matters: who reads the message must count names, not lines; whom it lists depends on what was selected.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
cd "$work"
mkdir -p src/bin
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\nrust-version = "1.999"\n' >Cargo.toml
for name in a b c; do echo 'fn main() {}' >src/bin/$name.rs; done
said=$(cargo check --bins 2>&1) && { echo "changed"; exit 1; }
echo "$said"
[ "$(echo "$said" | grep -c 'app@0.1.0 requires rustc 1.999')" = 3 ] || { echo "changed"; exit 1; }
