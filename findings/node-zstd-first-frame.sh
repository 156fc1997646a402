#!/bin/sh
# One would expect: what Node's `zlib` unpacks of zstd is all of it, as `zstd -d` does (RFC 8878: frames that follow each other
# unpack to what each of them holds), and as Node's own `gunzip` does with members of gzip.
# What happens: it stops after the first frame, without an error, if the next one begins in the same piece of the input; if a
# piece of a stream ends with the frame, it goes on. So the same bytes unpack to more or less as the network cuts them.
# Why it matters: files of pzstd, seekable zstd, and answers of servers that store frames lose their end.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null
cat >try.mjs <<'JS'
import { Readable } from "node:stream";
import zlib from "node:zlib";
console.log(process.version);
const zstd = ["one", "two"].map((text) => zlib.zstdCompressSync(text));
const gzip = ["one", "two"].map((text) => zlib.gzipSync(text));
const streamed = async (pieces, unpacker) => {
  let text = "";
  for await (const chunk of Readable.from(pieces, { objectMode: false }).pipe(unpacker)) text += chunk;
  return text;
};
const seen = {
  "gunzipSync": zlib.gunzipSync(Buffer.concat(gzip)).toString(),
  "zstdDecompressSync": zlib.zstdDecompressSync(Buffer.concat(zstd)).toString(),
  "createZstdDecompress, both frames in one piece": await streamed([Buffer.concat(zstd)], zlib.createZstdDecompress()),
  "createZstdDecompress, each frame a piece": await streamed(zstd, zlib.createZstdDecompress()),
};
for (const [how, text] of Object.entries(seen)) console.log(`${how}: ${text}`);
process.exit(Object.values(seen).join() === "onetwo,one,one,onetwo" ? 0 : 1);
JS
node_modules/.bin/node try.mjs || { echo "changed"; exit 1; }
