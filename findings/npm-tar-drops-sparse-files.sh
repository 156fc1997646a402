#!/bin/sh
# One would expect: the package `tar`, asked to be strict, unpacks what GNU tar packed with `--sparse`, or fails.
# What happens: a file with holes is left out of an archive in GNU's format, and of one in pax's it becomes another file: the
# map of its holes and its data, in a directory `GNUSparseFile.<process>`. No warning, no error, though `strict` is set.
# Why it matters: images of file systems and some base systems are packed so; a layer unpacked by Node lacks files, and the
# digest of the archive is right.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . tar@7.5.23
tar --version | head -1
echo "npm tar $(node -p 'require("tar/package.json").version'), node $(node --version)"
mkdir in
truncate --size 1M in/disk.img
echo hello | dd of=in/disk.img bs=1 seek=500000 conv=notrunc status=none
echo plain >in/plain.txt
cat >extract.cjs <<'END_OF_EXTRACT'
const format = process.argv[2];
const onwarn = (code, message) => console.log(`${code}: ${message}`);
require("tar").extract({ file: `${format}.tar`, cwd: format, strict: true, sync: true, onwarn });
console.log(`${format}: no error`);
END_OF_EXTRACT
for format in gnu pax; do
  mkdir $format by-tar-$format
  tar --format=$format --sparse -C in -cf $format.tar disk.img plain.txt
  tar -C by-tar-$format -xf $format.tar
  cmp in/disk.img by-tar-$format/disk.img
  node extract.cjs $format
  (cd $format && find . -type f -exec wc -c {} +) | grep -v total | sed 's/GNUSparseFile\.[0-9]*/GNUSparseFile.N/'
done
if [ "$(ls gnu)" != plain.txt ] || [ -e pax/disk.img ] || [ -z "$(find pax -path '*/GNUSparseFile.*/disk.img')" ]; then
  echo "changed"
  exit 1
fi
