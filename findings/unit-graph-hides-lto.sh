#!/bin/sh
# One would expect: units that are equal in `cargo build --unit-graph` are compiled by equal calls of rustc.
# What happens: with `lto = true` the same library, same profile and features, is compiled to bitcode alone for a
# program, and to bitcode and machine code where a `cdylib` with an `rlib` links it. Its file has another name then.
# Why it matters: a cache keyed by the unit graph takes one for the other; who links a unit is a part of its key.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
project() {
  mkdir -p "$work/$1/src"
  printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n%b\n[dependencies]\nitoa = "=1.0.15"\n[profile.release]\nlto = true\n' "$2" >"$work/$1/Cargo.toml"
  echo 'pub fn text(n: u8) -> String { itoa::Buffer::new().format(n).to_owned() }' >"$work/$1/src/lib.rs"
  [ -z "$3" ] || echo 'fn main() { println!("{}", itoa::Buffer::new().format(1u8)); }' >"$work/$1/src/main.rs"
  cd "$work/$1"
  cargo generate-lockfile --quiet
  RUSTC_BOOTSTRAP=1 cargo build --release --unit-graph -Z unstable-options >graph.json
  # The entry of `itoa`, without the place in the list.
  python3 -c 'import json; print([dict(u, dependencies=0) for u in json.load(open("graph.json"))["units"] if "itoa" in u["pkg_id"]])' >"$work/$1.unit"
  cargo build --release -v 2>&1 | grep -- '--crate-name itoa' | grep -oE '(-C (linker-plugin-lto|embed-bitcode=no|lto[^ ]*))|extra-filename=[^ ]*' | sort >"$work/$1.args"
}
project program '' yes
project both '[lib]\ncrate-type = ["cdylib", "rlib"]' ''
cmp -s "$work/program.unit" "$work/both.unit" && echo "the units in the graph: equal"
echo "rustc for a program:          $(paste -sd' ' "$work/program.args")"
echo "rustc for cdylib and rlib:    $(paste -sd' ' "$work/both.args")"
cmp -s "$work/program.unit" "$work/both.unit" || { echo "changed: the graph tells them apart"; exit 1; }
if cmp -s "$work/program.args" "$work/both.args"; then echo "changed: equal arguments"; exit 1; fi
