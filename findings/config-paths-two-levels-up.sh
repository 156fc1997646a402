#!/bin/sh
# One would expect: a relative path in a file of Cargo's settings that another includes (`include`, Cargo 1.94) counts from the
# project, as in the including file, or else from the directory of the file itself.
# What happens: it counts from two levels above the included file, as if that lay in a `.cargo`. For a file in the project's root,
# included as `../more.toml`, that is outside of the project (Cargo 1.97), or the project's `.cargo` (1.95: `..` is a level).
# Why it matters: `target-dir`, `[patch]`, `[source]` and `[env]` lead elsewhere when their lines move to a file that several
# share, and again with another Cargo: builds fill or read directories that nobody cleans, keeps or looks for.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_HOME="$work/home"
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR
cargo --version
mkdir -p "$work/above/project/src" "$work/above/project/.cargo/sub" "$work/above/project/shared"
cd "$work/above/project"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
touch src/lib.rs
for file in .cargo/more.toml .cargo/sub/more.toml shared/more.toml more.toml; do echo 'build.target-dir = "made"' >$file; done
# Prints where the target directory is, from what is above the project.
made() {
  cargo metadata --offline --no-deps --format-version 1 "$@" 2>/dev/null |
    sed 's/.*"target_directory":"\([^"]*\)".*/\1/' | xargs realpath --canonicalize-missing --relative-to=..
}
seen=
tell() { seen="$seen$2 " && echo "$1: $2"; }
cp more.toml .cargo/config.toml
tell 'in .cargo/config.toml itself' "$(made)"
for name in more.toml ../shared/more.toml sub/more.toml ../more.toml; do
  echo "include = [\"$name\"]" >.cargo/config.toml
  tell "include = [\"$name\"]" "$(made)"
done
rm .cargo/config.toml
tell '--config more.toml' "$(made --config more.toml)"
case $(cargo --version) in
  "cargo 1.94."* | "cargo 1.95."*) root=project/.cargo/made ;;
  *) root=made ;;
esac
expected="project/made project/made project/made project/.cargo/made $root made "
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
