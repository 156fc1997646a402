#!/bin/sh
# One would expect: Debian 12's Wine (8.0) runs a hello world that Rust builds for `x86_64-pc-windows-gnu`.
# What happens: it does not start, with status 53 and, without debug messages, not a word. The standard library takes random
# numbers from `bcryptprimitives.dll`, and imports it at start even where a program asks for none; Wine 8 has no such file.
# Why it matters: tests of a Windows build under Wine fail for want of a library, and look like a broken linker. A library
# of one function beside the program is enough.
# Needs: rustup, and the packages gcc-mingw-w64-x86-64 and wine64.
set -eu
work=$(mktemp -d)
trap '/usr/lib/wine/wineserver64 -w || true; rm -rf "$work"' EXIT
wine=/usr/lib/wine/wine64
export RUSTUP_HOME="$work/rustup" CARGO_HOME="$work/cargo" WINEPREFIX="$work/prefix"
rustup toolchain install 1.95.0 --profile minimal --target x86_64-pc-windows-gnu --no-self-update >/dev/null 2>&1
cd "$work"
echo 'fn main() { println!("hello"); }' >hello.rs
rustup run 1.95.0 rustc --target x86_64-pc-windows-gnu -C linker=x86_64-w64-mingw32-gcc hello.rs
$wine --version
WINEDEBUG=-all $wine hello.exe >/dev/null 2>&1 || true # makes the prefix
status=0
WINEDEBUG=-all $wine hello.exe || status=$?
echo "alone: status $status"
$wine hello.exe 2>&1 | grep -o 'Library .* (which is needed' || true
cat >prng.c <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }
C
x86_64-w64-mingw32-gcc -shared -o bcryptprimitives.dll prng.c -ladvapi32
said=$(WINEDEBUG=-all $wine hello.exe | tr -d '\r')
echo "with the library: $said"
[ "$status" -ne 0 ] && [ "$said" = hello ] || { echo "changed"; exit 1; }
