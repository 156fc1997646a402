#!/bin/sh
# One would expect: the same code, compiled twice by the same Cargo at the same place, leaves the same bytes in `target/`.
# What happens: `.fingerprint/*/dep-*` lists the files of a program in the order of a hash map, another one in each run,
# though all that rustc writes is equal.
# Why it matters: whoever compares or caches target directories by content takes equal builds for different ones.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
cd "$work"
mkdir -p app/src
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >app/Cargo.toml
for name in a b c d e f; do
  echo "mod $name;" >>app/src/main.rs
  touch "app/src/$name.rs"
done
echo 'fn main() {}' >>app/src/main.rs
cd app
for run in 1 2 3 4; do
  rm -rf target
  cargo build --offline --quiet
  strings -n 4 target/debug/.fingerprint/app-*/dep-bin-app | tr '\n' ' '
  echo
  cat target/debug/.fingerprint/app-*/dep-bin-app | sha256sum >>../lists
  cat target/debug/deps/app-*.d target/debug/app | sha256sum >>../programs
done
lists=$(sort -u ../lists | wc -l)
programs=$(sort -u ../programs | wc -l)
echo "4 runs: $lists lists, $programs programs"
[ "$lists" -gt 1 ] && [ "$programs" = 1 ] || { echo "changed"; exit 1; }
