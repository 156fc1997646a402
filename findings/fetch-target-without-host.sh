#!/bin/sh
# One would expect: after `cargo fetch --target T`, `cargo build --target T` needs no network.
# What happens: the condition on each dependency is asked for T alone, also below build scripts and procedural macros, which run on
# the host. What these need on the host is not fetched, and `--offline` fails. Two `--target`s, or none, fetch enough.
# Why it matters: an image or a cache that is filled so for a cross build is complete until a build dependency has a dependency
# for Unix alone, often by an update of it; and for the host itself all is there, so a try at home shows nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME="$work/home"
unset CARGO_BUILD_TARGET CARGO_TARGET_DIR
cargo --version
host=$(rustc --print host-tuple)
mkdir -p "$work/app/src"
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[build-dependencies]\nis-terminal = "=0.4.13"\n' >Cargo.toml
touch src/lib.rs
echo 'fn main() {}' >build.rs
cargo generate-lockfile --quiet
seen=
try() {
  rm -rf "$work/home/registry/cache" "$work/home/registry/src"
  cargo fetch --quiet --locked "$@"
  # The plan is all that is asked for: the target's standard library is not needed.
  plan=complete
  RUSTC_BOOTSTRAP=1 cargo build --quiet --offline --target x86_64-pc-windows-gnu --unit-graph -Z unstable-options >graph 2>log ||
    plan=$(grep -om1 'failed to download.*' log)
  echo "cargo fetch $*: $(cd "$work"/home/registry/cache/* && echo *.crate | tr ' ' '\n' | sed 's/-[0-9].*//' | paste -sd' ' -)"
  echo "  $plan"
  case $plan in complete) seen="$seen$plan " ;; *libc*) seen="${seen}without libc " ;; *) seen="$seen? " ;; esac
}
try --target x86_64-pc-windows-gnu
try --target x86_64-pc-windows-gnu --target "$host"
try
[ "$seen" = "without libc complete complete " ] || { echo "changed"; exit 1; }
