#!/bin/sh
# One would expect: in a git repository with SHA-256 names, Cargo works as in any other, or says that it does not.
# What happens: it cannot open it, and goes on without a word as where there is none: nothing is ignored, files with a dot are
# left out, no commit is noted in the package. A build script that names no files runs again when an ignored file changes.
# Why it matters: what a package is made of, and what makes its build script run, depends on how the repository was made; who
# asks git for a package's files finds others than Cargo. As a dependency, such a repository is refused.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null
cargo --version
git --version
make() {
  mkdir -p "$work/$1/src"
  cd "$work/$1"
  printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
  touch src/lib.rs
  echo 'fn main() {}' >build.rs
  printf '/target\n/notes.txt\n' >.gitignore
  git init --quiet --object-format="$1"
  git add --all
  git -c user.name=x -c user.email=x@example.org commit --quiet --message x
  # The second time with the lock that the first wrote.
  cargo build --quiet
  cargo build --quiet
  echo later >notes.txt
}
look() {
  cargo package --list --quiet 2>/dev/null | grep -v '^Cargo\|\.rs$' | tr '\n' ' '
  if cargo build -v 2>&1 | grep -q 'Running.*build-script-build'; then echo '| runs its build script again'; else echo '| is fresh'; fi
}
make sha1
sha1=$(look)
make sha256
sha256=$(look)
git status --short --ignored
echo "sha1:   $sha1"
echo "sha256: $sha256"
[ "$sha1, $sha256" = '.cargo_vcs_info.json .gitignore | is fresh, notes.txt | runs its build script again' ] || { echo "changed"; exit 1; }
