#!/bin/sh
# One would expect: `cargo nextest` is the `cargo-nextest` that comes first on the `PATH`.
# What happens: where `$CARGO_HOME/bin` is not on the `PATH` at all, Cargo looks there first. Named as the last directory, it is
# the last. rustup's `cargo` also puts it first on the `PATH` of all that runs below it, build scripts and tests too.
# Why it matters: who leaves that directory out, to have a project's pinned tools alone, gets what was once installed by hand in
# their place; who keeps it at the end gets the pinned ones.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rustup --version 2>/dev/null
cargo --version
for place in home/bin pinned; do
  mkdir -p "$work/$place"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\necho "from %s, PATH=$PATH"\n' "$place" >"$work/$place/cargo-nextest"
  chmod +x "$work/$place/cargo-nextest"
done
rustup_home=${RUSTUP_HOME:-$HOME/.rustup}
proxy=$(command -v cargo)
plain=$(rustup which cargo)
seen=
try() {
  answer=$(env -i PATH="$3" HOME="$work" CARGO_HOME="$work/home" RUSTUP_HOME="$rustup_home" \
    RUSTUP_TOOLCHAIN="$(basename "$(dirname "$(dirname "$plain")")")" "$2" nextest | sed "s|$work/||g")
  echo "$1: $answer"
  seen="$seen$answer;"
}
try 'cargo, left out       ' "$plain" "$work/pinned:/bin"
try 'cargo, at the end     ' "$plain" "$work/pinned:/bin:$work/home/bin"
try "rustup's, left out    " "$proxy" "$work/pinned:/bin"
try "rustup's, at the end  " "$proxy" "$work/pinned:/bin:$work/home/bin"
expected="from home/bin, PATH=pinned:/bin;from pinned, PATH=pinned:/bin:home/bin;"
expected="${expected}from home/bin, PATH=home/bin:pinned:/bin;from pinned, PATH=pinned:/bin:home/bin;"
[ "$seen" = "$expected" ] || { echo "changed"; exit 1; }
