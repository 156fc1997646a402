#!/bin/sh
# One would expect: with `http_proxy` set, `http.setGlobalProxyFromEnv` has `fetch` ask that proxy for a plain HTTP address by
# `GET http://host/path`, as curl and Node's own `http.get` do; a proxy that cannot do it gives an error.
# What happens: `fetch` wants a tunnel (`CONNECT host:80`) for plain HTTP as well. Where the proxy answers that by closing the
# connection, it connects again at once, hundreds of times a second, and its promise never settles.
# Why it matters: a program behind a proxy that only forwards hangs and floods the proxy.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . node@24.21.0 >/dev/null
cat >try.mjs <<'JS'
import http from "node:http";
console.log(process.version);
const seen = { get: 0, connections: 0 };
const proxy = http.createServer((request, response) => {
  seen.get += request.url === "http://rust.example.org/file";
  response.end("file");
});
await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
const http_proxy = `http://127.0.0.1:${proxy.address().port}`;
const agent = new http.Agent({ proxyEnv: { http_proxy } });
await new Promise((resolve) =>
  http.get("http://rust.example.org/file", { agent }, (answer) => answer.resume().on("end", resolve)),
);
console.log(`http.get: ${seen.get} request`);
proxy.on("connection", () => (seen.connections += 1));
http.setGlobalProxyFromEnv({ http_proxy });
const ended = await fetch("http://rust.example.org/file", { signal: AbortSignal.timeout(3000) }).then(
  () => "an answer",
  (error) => error.name,
);
console.log(`fetch: ${ended} after 3 s, ${seen.connections > 50 ? "more than 50" : seen.connections} connections`);
process.exit(seen.get === 1 && ended === "TimeoutError" && seen.connections > 50 ? 0 : 1);
JS
node_modules/.bin/node try.mjs || { echo "changed"; exit 1; }
