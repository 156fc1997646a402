#!/bin/sh
# One would expect: the component `rust-src` is for editors, and a program is the same with and without it.
# What happens: where the sysroot has `library/std/src/lib.rs`, the names of the standard library's files that get into a
# program with inlined code lead into the sysroot; without it they begin with `/rustc/<commit>`. No other file is looked for.
# Why it matters: one release, two programs: a toolchain that has the sources for rust-analyzer does not make the bytes of CI's;
# and who keys by compiler version takes one for the other.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rustc --version
cd "$work"
# The toolchain's own libraries, in a sysroot without sources, whether or not it has them.
rustlib=$(rustc --print sysroot)/lib/rustlib
mkdir -p sysroot/lib/rustlib
ln -s "$rustlib/$(rustc --print host-tuple)" sysroot/lib/rustlib/
cat >app.rs <<'END_OF_APP'
fn main() {
    let mut lengths: std::collections::VecDeque<usize> = std::env::args().map(|argument| argument.len()).collect();
    lengths.rotate_left(1);
    println!("{:?}", lengths.range(0..1).collect::<Vec<_>>());
}
END_OF_APP
compile() {
  rustc --edition 2021 --sysroot sysroot -O -o "$1" app.rs
  echo "$1: $(sha256sum <"$1" | cut -c1-16), files of the sysroot that it names:"
  grep -a -o 'sysroot/lib/rustlib/src/rust/library/[a-z0-9_/]*\.rs' "$1" | sort -u || true
}
compile without
# Where `rustup component add rust-src` puts it.
mkdir -p sysroot/lib/rustlib/src/rust/library/std/src
: >sysroot/lib/rustlib/src/rust/library/std/src/lib.rs
compile with
if ! grep -a -q sysroot/lib/rustlib/src with || grep -a -q sysroot/lib/rustlib/src without; then
  echo "changed"
  exit 1
fi
