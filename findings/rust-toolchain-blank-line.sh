#!/bin/sh
# One would expect: a blank line at the end of the one-line `rust-toolchain` means nothing, as in other files of rustup's.
# What happens: the file then counts as TOML, and is refused for the name in it (`key with no value, expected =`); blanks
# around the name, and a missing newline, are passed over.
# Why it matters: who reads the file for rustup has to count its lines; and editors add such a line.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RUSTUP_AUTO_INSTALL=0 RUST_BACKTRACE=0
rustup --version 2>/dev/null
sysroot=$(rustc --print sysroot)
export RUSTUP_HOME="$work/rustup"
rustup --quiet toolchain link mine "$sysroot"
cd "$work"
try() {
  printf "$1" >rust-toolchain
  said=$(rustc --version 2>&1) && told=accepted || told=refused
  printf '%-12s %s: %s\n' "\"$1\"" "$told" "$(printf '%s' "$said" | grep -v '^ *$' | tail -1)"
  [ "$told" = "$2" ] || { echo "changed"; exit 1; }
}
try 'mine' accepted
try '  mine  \n' accepted
try 'mine\n\n' refused
try '\nmine\n' refused
