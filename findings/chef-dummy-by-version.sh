#!/bin/sh
# One would expect, of cargo-chef: the empty build scripts that `cook` compiles in place of the project's own are gone afterwards.
# What happens: with `--target`, as in its manual for musl, those stay: it looks for them below the platform's directory. A member
# with a version is compiled again, but only since `prepare` had set that to 0.0.1; one without (Cargo 1.75), or with that one,
# has the same units, and sources that are older than the layer, as COPY leaves them, count as compiled.
# Why it matters: the program is built without what its build script says, and nothing tells so; after a new checkout it is right.
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
host=$(rustc --print host-tuple)
# Prints what the program says that was built over a layer, from $2 as the package's version and the further arguments of Cargo.
build() {
  name=$1 version=$2
  shift 2
  mkdir -p "$work/$name/source/src" "$work/$name/image"
  cd "$work/$name/source"
  printf '[package]\nname = "app"\n%sedition = "2021"\n' "$version" >Cargo.toml
  echo 'fn main() { println!("cargo::rustc-env=SAID=script"); }' >build.rs
  echo 'fn main() { println!("{}", option_env!("SAID").unwrap_or("nothing")); }' >src/main.rs
  cargo generate-lockfile --quiet --offline
  cargo chef prepare --recipe-path ../image/recipe.json
  cd ../image
  cargo chef cook --offline "$@" >../log 2>&1
  # As COPY does, which keeps the times of files.
  cp -a ../source/. .
  cargo build --quiet --offline "$@"
  find target -name app -path '*/debug/app' -type f -exec {} \;
}
for version in none 0.0.1 0.1.0; do
  line=
  [ "$version" = none ] || line="version = \"$version\"\n"
  # shellcheck disable=SC2059 # The line ends in an escape.
  line=$(printf "$line.")
  plain=$(build "plain-$version" "${line%.}")
  crossed=$(build "crossed-$version" "${line%.}" --target "$host")
  echo "version $version: $plain, with --target: $crossed"
done >"$work/seen"
cat "$work/seen"
[ "$(sed 's/^[^:]*: //' "$work/seen" | tr '\n' ';')" = "script, with --target: nothing;script, with --target: nothing;script, with --target: script;" ] || { echo "changed"; exit 1; }
