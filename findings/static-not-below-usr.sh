#!/bin/sh
# One would expect: a build script that asks the crate pkg-config for a static library (`statik(true)`, `PKG_CONFIG_ALL_STATIC=1`)
# gets one, or an error.
# What happens: what lies below `/usr` is linked dynamically all the same, also where its `.a` lies beside; elsewhere it is
# linked statically. There is no word of it.
# Why it matters: one project makes a static program where its libraries lie in directories of their own, as in Nix's store, and a
# dynamic one with Debian's packages, which are then needed where it runs.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_ALL_DYNAMIC
cargo --version
pkg-config --version
mkdir -p "$work/src" "$work/lib" "$work/pc"
cd "$work"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[build-dependencies]\npkg-config = "=0.3.34"\n' >Cargo.toml
echo 'fn main() {}' >src/main.rs
echo 'fn main() { pkg_config::probe_library("below-usr").and(pkg_config::probe_library("elsewhere")).unwrap(); }' >build.rs
# A library that is there in both places: the C library's own `librt.a`.
archive=$(cc -print-file-name=librt.a)
below=$(dirname "$(realpath "$archive")")
cp "$archive" lib/librt.a
for place in "below-usr $below" "elsewhere $work/lib"; do
  printf 'Name: %s\nDescription: x\nVersion: 1\nLibs: -L%s -lrt\n' "${place%% *}" "${place#* }" >"pc/${place%% *}.pc"
done
PKG_CONFIG_PATH="$work/pc" PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 PKG_CONFIG_ALL_STATIC=1 cargo build --quiet
output=$(grep -h rustc-link- target/debug/build/app-*/output | sed "s|$work/||")
ls "$below/librt.a" lib/librt.a
echo "$output"
lines=$(echo "$output" | sed -n 's/^cargo:rustc-link-lib=//p' | paste -sd' ' -)
[ "$lines" = "rt static=rt" ] || { echo "changed"; exit 1; }
