#!/bin/sh
# One would expect: two jobs that ask `actions/cache` for `~/.cache/tool` by one key both get it there, or not at all.
# What happens: an entry is found by the key and by the text of the path, and unpacked by names that lead from the checkout to
# the files (`../../../.cache/tool`). Where home lies otherwise from the checkout, as in a job with `container:`, it is a
# hit, the files land elsewhere, and nothing is said. The same directory by another text is no hit.
# Why it matters: a store kept by CI is then empty on every run of such jobs, and what `cache-hit` lets a job skip is missing.
set -eu
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
server=
cd "$work"
npm install --silent --no-audit --no-fund --prefix . @actions/cache@6.3.0
echo "@actions/cache $(sed -n 's/^ *"version": "\(.*\)".*/\1/p' node_modules/@actions/cache/package.json), node $(node --version)"
# A service that keeps entries by key and version, as GitHub's does.
cat >server.mjs <<'END_OF_SERVER'
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
const entries = [undefined];
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const entry = entries[Number(pathname.split("/").at(-1))];
  const answer = (status, value) => response.writeHead(status).end(value && JSON.stringify(value));
  if (request.method === "POST" && pathname.endsWith("/caches")) {
    entries.push({ ...JSON.parse(body), bytes: Buffer.alloc(0) });
    answer(201, { cacheId: entries.length - 1 });
  } else if (request.method === "PATCH") {
    entry.bytes = Buffer.concat([entry.bytes, body]);
    answer(204);
  } else if (request.method === "POST") answer(204);
  else if (pathname.endsWith("/cache")) {
    const is = (each) => each?.key === searchParams.get("keys") && each.version === searchParams.get("version");
    const found = entries.findIndex(is);
    if (found < 0) answer(204);
    else answer(200, { cacheKey: entries[found].key, archiveLocation: `http://127.0.0.1:${server.address().port}/${found}` });
  } else response.writeHead(200, { "content-length": entry.bytes.length }).end(request.method === "HEAD" ? "" : entry.bytes);
});
server.listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
END_OF_SERVER
cat >step.mjs <<'END_OF_STEP'
import { restoreCache, saveCache } from "@actions/cache";
const [what, path] = process.argv.slice(2);
process.chdir(process.env.GITHUB_WORKSPACE);
const result = what === "save" ? await saveCache([path], "key") : await restoreCache([path], "key");
console.log(`RESULT ${result}`);
END_OF_STEP
node server.mjs &
server=$!
while [ ! -s port ]; do sleep 0.1; done
port=$(cat port)
export ACTIONS_CACHE_URL="http://127.0.0.1:$port/" ACTIONS_RUNTIME_TOKEN=x RUNNER_OS=Linux RUNNER_TEMP="$work/temp"
unset ACTIONS_CACHE_SERVICE_V2
mkdir -p temp host/home/runner/.cache/tool host/home/runner/work/app/app container/github/home container/__w/app/app
echo kept >host/home/runner/.cache/tool/file
# Home and checkout as GitHub's machines have them, and its containers.
host() { HOME="$work/host/home/runner" GITHUB_WORKSPACE="$work/host/home/runner/work/app/app" node step.mjs "$@" | sed -n 's/^RESULT //p'; }
container() { HOME="$work/container/github/home" GITHUB_WORKSPACE="$work/container/__w/app/app" node step.mjs "$@" | sed -n 's/^RESULT //p'; }
# shellcheck disable=SC2088
path='~/.cache/tool'
saved=$(host save "$path")
restored=$(container restore "$path")
other=$(host restore "$work/host/home/runner/.cache/tool")
echo "saved: entry $saved; restored in a container: $restored; by the directory's whole path: $other"
find host container -name file
if [ "$saved, $restored, $other" != "1, key, undefined" ] || [ -e container/github/home/.cache/tool/file ] || [ ! -e container/.cache/tool/file ]; then
  echo "changed"
  exit 1
fi
