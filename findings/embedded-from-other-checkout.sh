#!/bin/sh
# One would expect: a compiler cache that serves several checkouts keeps apart what depends on where a checkout lies.
# What happens: rustc tells it which variables `env!` asked for, but not those that a macro asked for. rust-embed takes
# `CARGO_MANIFEST_DIR` so, and a debug build reads the files from there when the program runs: with kache and with mbx a second
# checkout gets the library of the first, and shows its files. sccache has every variable of Cargo's in its key, and misses.
# Why it matters: who edits a page in a worktree sees that of another one, or a failure where that was removed.
# Arguments: the programs kache and mbx. Without, both are installed: building them takes long.
set -eu
work=$(mktemp -d)
if [ $# != 2 ]; then
  cargo install --quiet --root "$work/tools" kache@2.0.0
  cargo install --quiet --locked --root "$work/tools" mbx@1.29.1
  set -- "$work/tools/bin/kache" "$work/tools/bin/mbx"
fi
kache=$1 mbx=$2
unset CARGO_TARGET_DIR RUSTC_WRAPPER
export KACHE_CACHE_DIR="$work/kache" KACHE_CONFIG="$work/kache.toml" KACHE_LOCAL_ONLY=1
export MBX_CACHE_DIR="$work/mbx" MBX_DISPLAY=plain
trap '"$kache" daemon stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cargo --version
"$kache" --version
"$mbx" --version
checkout() {
  mkdir -p "$1/pages/src" "$1/pages/assets" "$1/app/src"
  printf '[workspace]\nmembers = ["app", "pages"]\nresolver = "2"\n' >"$1/Cargo.toml"
  printf '[package]\nname = "pages"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nrust-embed = "=8.11.0"\n' >"$1/pages/Cargo.toml"
  printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\npages = { path = "../pages" }\n' >"$1/app/Cargo.toml"
  cat >"$1/pages/src/lib.rs" <<'RUST'
#[derive(rust_embed::RustEmbed)]
#[folder = "assets/"]
struct Assets;

pub fn page() -> String {
    String::from_utf8_lossy(&Assets::get("page.txt").unwrap().data).into_owned()
}
RUST
  echo 'fn main() { println!("{}", pages::page()) }' >"$1/app/src/main.rs"
  printf 'as committed' >"$1/pages/assets/page.txt"
}
# Prints what the program of a second checkout shows, where a page was edited.
second() {
  name=$1
  shift
  checkout "$work/$name/first"
  cd "$work/$name/first"
  cargo generate-lockfile --quiet
  cp -R . ../second
  "$@" build >../log 2>&1
  cd ../second
  printf 'edited in the second' >pages/assets/page.txt
  "$@" build >../log 2>&1
  "$@" run --quiet 2>/dev/null
}
plain=$(second plain cargo)
by_kache=$(second by-kache env RUSTC_WRAPPER="$kache" cargo)
by_mbx=$(second by-mbx "$mbx")
echo "cargo: $plain; with kache: $by_kache; with mbx: $by_mbx"
[ "$plain, $by_kache, $by_mbx" = "edited in the second, as committed, as committed" ] || { echo "changed"; exit 1; }
