#!/bin/sh
# One would expect: a lock that Cargo has just written is the one that it wants under `--locked`.
# What happens: patches that no package uses are written in the order of a hash table of the `[patch]` tables. With two
# such tables, one of two or three runs of `cargo check --locked` fails: "cannot update the lock file".
# Why it matters: a correct lock fails at random, in CI too, and whoever calls Cargo cannot tell it from a stale one.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
cd "$work"
for name in app one two; do
  mkdir -p $name/src && touch $name/src/lib.rs
  printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' $name >$name/Cargo.toml
done
printf '[patch."https://one.example"]\none = { path = "../one" }\n[patch."https://two.example"]\ntwo = { path = "../two" }\n' >>app/Cargo.toml
cd app
cargo generate-lockfile --offline --quiet
cat Cargo.lock
passed=0
for run in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  cargo check --locked --offline --quiet 2>/dev/null && passed=$((passed + 1))
done
echo "$passed of 30 runs pass with one and the same lock"
[ "$passed" -gt 0 ] && [ "$passed" -lt 30 ] || { echo "changed"; exit 1; }
