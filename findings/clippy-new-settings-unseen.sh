#!/bin/sh
# One would expect: `cargo clippy` looks at a package again when a `clippy.toml` was added that changes what it says.
# What happens: only the settings file that Clippy found is among the files that Cargo watches. Where it found none, or found
# `clippy.toml` and now there is a `.clippy.toml`, which comes first, what was said before is said again until some file changes.
# Why it matters: a lint is made stricter, the check passes, and the next commit, which has nothing to do with it, fails; a cache of
# checks has to key by the names that were looked for, not by the files that were found.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR CLIPPY_CONF_DIR
cargo clippy --version
mkdir -p "$work/src"
cd "$work"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo 'pub fn sum(a: u8, b: u8, c: u8) -> u8 { a + b + c }' >src/lib.rs
seen=
try() {
  if cargo clippy --quiet --offline -- -D warnings 2>log; then answer=passes; else answer=fails; fi
  echo "$1: $answer"
  seen="$seen$answer "
}
try 'no settings                        '
echo 'too-many-arguments-threshold = 2' >clippy.toml
try '+ clippy.toml, two arguments       '
touch src/lib.rs
try '  and a file touched               '
echo 'too-many-arguments-threshold = 9' >clippy.toml
try '  clippy.toml edited, nine         '
echo 'too-many-arguments-threshold = 2' >.clippy.toml
try '+ .clippy.toml, two                '
touch src/lib.rs
try '  and a file touched               '
[ "$seen" = "passes passes fails passes passes fails " ] || { echo "changed"; exit 1; }
