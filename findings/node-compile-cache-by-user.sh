#!/bin/sh
# One would expect: a compile cache of Node that was filled while an image or a toolchain was made serves all who may read it,
# with `portable` wherever it lies.
# What happens: the files lie in a directory whose name ends in the user's number, which the documentation does not say. Under
# another number, also that which the same user has in a user namespace, nothing is found; where a second directory cannot be
# made, the cache is off, and nothing says so but the result of `enableCompileCache`, or nothing at all with `NODE_COMPILE_CACHE`.
# Why it matters: a container that drops root, and a sandbox that maps users, start slowly for ever beside a full cache.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null
PATH=$PWD/node_modules/node/bin:$PATH
node --version
unset NODE_OPTIONS NODE_DISABLE_COMPILE_CACHE
echo 'console.log("loaded");' >loaded.js
cat >try.js <<'JS'
const { constants, enableCompileCache } = require("node:module");
const { status } = enableCompileCache({ directory: `${__dirname}/cache`, portable: true });
console.log(Object.entries(constants.compileCacheStatus).find(([, value]) => value === status)[0]);
require("./loaded.js");
JS
# Prints what `enableCompileCache` answers, and whether Node had the code of the file loaded.
run() {
  answer=$(NODE_DEBUG_NATIVE=COMPILE_CACHE "$@" node try.js 2>log | head -n 1)
  grep -q 'reading cache .*loaded\.js.*success' log && found=found || found="not found"
  echo "$answer and $found"
}
first=$(run env)
again=$(run env)
chmod -R a+rX-w cache
readable=$(run env)
other=$(run unshare --user --map-user=12345)
ls cache
chmod -R u+w cache
echo "at first: $first; again: $again; nothing may be written: $readable; as another user: $other"
expected="ENABLED and not found, ENABLED and found, ENABLED and found, FAILED and not found"
[ "$first, $again, $readable, $other" = "$expected" ] || { echo "changed"; exit 1; }
