#!/bin/sh
# One would expect: a git dependency has the files that `git clone` gives, whatever the user's settings.
# What happens: of a file with the attribute `ident`, Cargo (libgit2) fills in the first `$Id$` alone, git every one; and
# `$Identity$` becomes the blob's name for Cargo, and stays as it is for git.
# Why it matters: who fetches with git what Cargo builds has to convert files as libgit2 does, or compiles other sources.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo --version
git --version
mkdir -p "$work/dep/src" "$work/app/src"
cd "$work/dep"
git init --quiet
printf '[package]\nname = "dep"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo '// $Id$ and $Id$' >src/lib.rs
echo '// $Identity$' >src/other.rs
echo '*.rs ident' >.gitattributes
git add --all
git -c user.name=x -c user.email=x@example.org commit --quiet --message x
git clone --quiet "$work/dep" "$work/cloned"
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ndep = { git = "file://%s/dep" }\n' "$work" >Cargo.toml
touch src/lib.rs
CARGO_HOME="$work/home" cargo fetch --quiet
cd "$work"
grep -H . cloned/src/*.rs home/git/checkouts/*/*/src/*.rs
count() { cat "$@" | grep -o 'Id: [0-9a-f]* \$' | wc -l; }
[ "$(count cloned/src/lib.rs)" = 2 ] && [ "$(count home/git/checkouts/*/*/src/lib.rs)" = 1 ] &&
  [ "$(count cloned/src/other.rs)" = 0 ] && [ "$(count home/git/checkouts/*/*/src/other.rs)" = 1 ] || { echo "changed"; exit 1; }
