#!/bin/sh
# One would expect: wasm-opt makes of a module a smaller one that does the same, or fails.
# What happens: up to version 109 (Debian 12 and Ubuntu 24.04 have 108) the export of any table becomes one of the first table.
# Why it matters: since Rust 1.82 a module of wasm-bindgen exports its second, `__wbindgen_externrefs`. An optimised page does not
# start: `Table.grow(): failed to grow table by 4`; nothing fails when it is built.
# Needs: npm.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >module.wat <<'WAT'
(module
  (table $functions 3 3 funcref)
  (table $references 7 externref)
  (export "functions" (table $functions))
  (export "references" (table $references)))
WAT
cat >see.mjs <<'JS'
import { readFileSync } from "node:fs";
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
console.log(instance.exports.references.length);
JS
sizes=
for version in 109 110; do
  npm install --silent --no-fund --no-audit --prefix "$work" "binaryen@$version.0.0"
  node_modules/.bin/wasm-opt --enable-reference-types -O -o "$version.wasm" module.wat
  size=$(node see.mjs "$version.wasm")
  echo "$version: the exported table has $size entries"
  sizes="$sizes $size"
done
[ "$sizes" = " 3 7" ] || { echo "changed"; exit 1; }
