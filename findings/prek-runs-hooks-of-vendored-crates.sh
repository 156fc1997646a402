#!/bin/sh
# One would expect: prek reads a project's `.pre-commit-config.yaml` as pre-commit does, and runs that project's hooks.
# What happens: each directory below with such a file counts as a project of its own, unless git ignores it. `cargo vendor` keeps
# the file (openssl-src, csview have one), so the hooks of a crate's authors run before each commit: `cargo fmt`, say.
# Why it matters: it changes vendored sources, whose checksums Cargo compares: what passed the hook does not build. A
# `.prekignore` with the directory's name keeps them out.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check prek==0.5.11 pre-commit==4.7.0
export PATH="$work/tools/bin:$PATH" CARGO_HOME="$work/home" GIT_CONFIG_GLOBAL=/dev/null
export PREK_HOME="$work/prek" PRE_COMMIT_HOME="$work/pre-commit"
cargo --version
prek --version
pre-commit --version
mkdir -p "$work/dep/src" "$work/app/src" "$work/app/.cargo"
hook() {
  printf 'repos:\n  - repo: local\n    hooks:\n'
  printf '      - { id: %s, name: %s, language: system, entry: "%s", pass_filenames: false, always_run: true }\n' "$1" "$1" "$2"
}
cd "$work/dep"
git init --quiet
printf '[package]\nname = "dep"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo 'pub fn  answer() -> u8 { 42 }' >src/lib.rs
hook format 'rustfmt src/lib.rs' >.pre-commit-config.yaml
git add --all
git -c user.name=x -c user.email=x@example.org commit --quiet --message x
cd "$work/app"
git init --quiet
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ndep = { git = "file://%s/dep" }\n' "$work" >Cargo.toml
touch src/lib.rs
cargo vendor 2>/dev/null >.cargo/config.toml
hook ours true >.pre-commit-config.yaml
git add --all
build() { if cargo check --quiet --offline 2>log; then echo builds; else grep -o 'the listed checksum of .* has changed' log; fi; }
pre_commit=$(pre-commit run --all-files)
echo "$pre_commit"
before=$(build)
prek run --all-files >log 2>&1 || true
cat log
ran=$(grep -c '^ .*Passed\|^ .*Failed' log)
cargo clean --quiet
after=$(build)
git checkout --quiet vendor
echo vendor >.prekignore
prek run --all-files --refresh >log 2>&1 || true
ignoring=$(grep -c 'Passed\|Failed' log)
echo "hooks that run: $ran, with .prekignore: $ignoring; before: $before; after: $after"
if [ "$(echo "$pre_commit" | wc -l), $ran, $ignoring, $before" != "1, 2, 1, builds" ] || [ "$after" = builds ]; then
  echo "changed"
  exit 1
fi
