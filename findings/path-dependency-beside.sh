#!/bin/sh
# One would expect: with `--remap-path-prefix` a program's bytes do not tell where its checkout lies.
# What happens: they do not as long as all packages lie below the workspace. Of one beside it (`path = "../lib"`) Cargo takes the
# absolute path for the hash in its symbols' names, and in those of all that use it; inside the workspace it takes the relative one.
# Why it matters: two checkouts of one repository, CI's and a developer's, make different programs, and no path in them
# shows why; a cache that looks at arguments finds nothing in the second checkout.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
cargo --version
package() {
  mkdir -p "$1/src"
  printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' "$2" >"$1/Cargo.toml"
}
# The program of a checkout, with `lib` at a path from the workspace; prints its digest, and whether it names the checkout.
made() {
  checkout=$work/$1
  package "$checkout/ws" app
  package "$checkout/ws/$2" lib
  printf '[workspace]\n[dependencies]\nlib = { path = "%s" }\n' "$2" >>"$checkout/ws/Cargo.toml"
  echo 'pub fn at(bytes: &[u8], index: usize) -> u8 { bytes[index] }' >"$checkout/ws/$2/src/lib.rs"
  echo 'fn main() { println!("{}", lib::at(&[1], std::env::args().count() - 1)) }' >"$checkout/ws/src/main.rs"
  cd "$checkout/ws"
  RUSTFLAGS="--remap-path-prefix=$checkout=/x" cargo build --quiet --offline --release
  if grep -q "$work" target/release/app; then echo "names the checkout"; else sha256sum <target/release/app | cut -c1-16; fi
}
beside_one=$(made one ../lib)
beside_two=$(made elsewhere/two ../lib)
inside_one=$(made three lib)
inside_two=$(made elsewhere/four lib)
echo "beside the workspace: $beside_one in one checkout, $beside_two in another"
echo "inside the workspace: $inside_one in one checkout, $inside_two in another"
case "$beside_one $beside_two $inside_one" in *names*) echo "changed"; exit 1 ;; esac
if [ "$beside_one" = "$beside_two" ] || [ "$inside_one" != "$inside_two" ]; then echo "changed"; exit 1; fi
