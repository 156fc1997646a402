#!/bin/sh
# One would expect, of cargo-chef: `cook` removes what it compiled of the project's own empty crates, and keeps all dependencies.
# What happens: the build script of a member is looked for as `build/NAME-*`. A member `signal` takes that of the crate
# `signal-hook` along, `wasm` that of `wasm-bindgen`, `native` that of `native-tls`: nothing says so.
# Why it matters: those crates, their build scripts and what is built on them are compiled again in every build over the layer.
# With an argument, that program is run and none is installed: building it takes minutes.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chef=${1:-}
if [ -z "$chef" ]; then
  cargo install --quiet --locked --root "$work/tool" cargo-chef@0.1.78
  chef=$work/tool/bin/cargo-chef
fi
PATH=$(dirname "$chef"):$PATH
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET
cargo --version
"$chef" --version
# Prints what Cargo compiles over the layer, where the member with a build script has this name.
build() {
  mkdir -p "$work/$1/source/app/src" "$work/$1/source/$1/src" "$work/$1/image"
  cd "$work/$1/source"
  printf '[workspace]\nmembers = ["app", "%s"]\nresolver = "2"\n' "$1" >Cargo.toml
  printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n' "$1" >"$1/Cargo.toml"
  touch "$1/src/lib.rs"
  echo 'fn main() {}' >"$1/build.rs"
  printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nsignal-hook = "=0.3.18"\n' >app/Cargo.toml
  echo 'fn main() {}' >app/src/main.rs
  cargo generate-lockfile --quiet
  cargo chef prepare --recipe-path ../image/recipe.json
  cd ../image
  cargo chef cook >../log 2>&1
  cp -a ../source/. .
  cargo build 2>&1 | sed -n 's/^ *Compiling \([^ ]*\).*/\1/p' | sort | tr '\n' ' '
}
other=$(build handler)
prefix=$(build signal)
echo "compiled again beside the member handler: $other; beside the member signal: $prefix"
[ "$other; $prefix" = "app handler ; app signal signal-hook " ] || { echo "changed"; exit 1; }
