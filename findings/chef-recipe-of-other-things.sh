#!/bin/sh
# One would expect, of cargo-chef and its manual: where no dependency changes, the recipe is the same; it even sees to it that the
# version of the project's own packages does not count.
# What happens: a new file in `tests/` or `src/bin/`, a description, a table of `package.metadata` for another tool make another
# recipe; a line of code and a new version do not.
# Why it matters: another recipe is another layer: all dependencies are compiled again, and it looks like a cold cache.
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
cargo --version
"$chef" --version
manifest() { printf '[package]\nname = "app"\nversion = "%s"\nedition = "2021"\n%s\n' "$1" "${2:-}"; }
# Prints whether a project on which the command was run has the recipe of the one before.
seen=
compare() {
  rm -rf "$work/app"
  mkdir -p "$work/app/src"
  cd "$work/app"
  manifest 0.1.0 >Cargo.toml
  echo 'fn main() {}' >src/main.rs
  cargo generate-lockfile --quiet --offline
  cargo chef prepare --recipe-path "$work/before.json"
  "$@"
  cargo generate-lockfile --quiet --offline
  cargo chef prepare --recipe-path "$work/after.json"
  if cmp -s "$work/before.json" "$work/after.json"; then answer=same; else answer=another; fi
  seen="$seen$answer "
  echo "$*: $answer"
}
code() { echo '// more' >>src/main.rs; }
version() { manifest 0.2.0 >Cargo.toml; }
integration_test() { mkdir tests && touch tests/one.rs; }
program() { mkdir src/bin && echo 'fn main() {}' >src/bin/two.rs; }
description() { manifest 0.1.0 'description = "An app"' >Cargo.toml; }
metadata() { manifest 0.1.0 '[package.metadata.deb]' >Cargo.toml; }
for change in code version integration_test program description metadata; do compare "$change"; done
[ "$seen" = "same same another another another another " ] || { echo "changed"; exit 1; }
