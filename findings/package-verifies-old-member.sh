#!/bin/sh
# One would expect: `cargo package --workspace` verifies each member against the members that it has just packed.
# What happens: they are taken for crates of a registry, which never change within a version: unpacked into Cargo's home, and
# compiled into the target directory, once. What lost a function is verified by the one that had it, also after `cargo clean`.
# Why it matters: a check passes on code that does not compile, or fails on code that does, by what ran before on the machine;
# a directory restored for plain Cargo, or a home kept from run to run, brings that along.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME="$work/home"
cargo --version
cd "$work"
printf '[workspace]\nmembers = ["low", "high"]\nresolver = "2"\n' >Cargo.toml
for name in low high; do
  mkdir -p $name/src
  printf '[package]\nname = "%s-of-two"\nversion = "0.1.0"\nedition = "2021"\n' $name >$name/Cargo.toml
done
printf '[dependencies]\nlow-of-two = { path = "../low", version = "0.1.0" }\n' >>high/Cargo.toml
echo 'pub fn old() {}' >low/src/lib.rs
echo 'pub fn call() { low_of_two::old() }' >high/src/lib.rs
package() { if cargo package --workspace --offline --allow-dirty >log 2>&1; then echo passes; else echo fails; fi; }
first=$(package)
echo 'pub fn new() {}' >low/src/lib.rs
build=passes
cargo build --offline --quiet 2>/dev/null || build=fails
without=$(package)
cargo clean --quiet
cleaned=$(package)
rm -rf home
homeless=$(package)
rm -rf home target
anew=$(package)
grep '^error\[' log
echo "first: $first; without the function, build: $build; package: $without, after \`cargo clean\`: $cleaned, then without Cargo's home: $homeless, without both: $anew"
[ "$first $build $without $cleaned $homeless $anew" = "passes fails passes passes passes fails" ] || { echo "changed"; exit 1; }
