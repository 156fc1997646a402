#!/bin/sh
# One would expect: `--profile minimal` installs compiler, Cargo and standard library, and never the documentation.
# What happens: of a release from before there were profiles (Rust 1.37 and older), rustup installs all that the release is
# made of, whatever profile is asked for: `minimal` has rust-docs, too.
# Why it matters: continuous integration that tests an old minimum version unpacks thousands of pages in each run.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RUSTUP_HOME="$work/rustup" CARGO_HOME="$work/cargo" RUST_BACKTRACE=0
unset RUSTUP_TOOLCHAIN
rustup --version 2>/dev/null
for release in 1.31.0 1.45.0; do
  rustup --quiet toolchain install --no-self-update --profile minimal "$release" >/dev/null 2>&1
  sed 's/-x86_64.*//' "$RUSTUP_HOME/toolchains/$release"-*/lib/rustlib/components | sort | tr '\n' ' ' >"$work/$release"
  echo "$release: $(cat "$work/$release")"
done
grep -q rust-docs "$work/1.31.0" && ! grep -q rust-docs "$work/1.45.0" || { echo "changed"; exit 1; }
