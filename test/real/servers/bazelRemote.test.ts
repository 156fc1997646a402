import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { contract, type Served } from "../../cache/backend/contract.ts";
import { startBazelRemote } from "../../rig/servers/bazelRemote.ts";
import { certificates } from "../../rig/servers/certificates.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-bazel-remote-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const { ca, server, client } = certificates(join(work, "certificates"));
const password = "p@ss/word";
writeFileSync(
  join(work, "htpasswd"),
  `ci:${execFileSync("openssl", ["passwd", "-apr1", password], { encoding: "utf8" })}`,
);
const helper = join(work, "helper");
const authorization = `Basic ${Buffer.from(`ci:${password}`).toString("base64")}`;
writeFileSync(
  helper,
  `#!/bin/sh
grep -q '"uri":"' || exit 1
echo '{"headers":{"Authorization":["${authorization}"]}}'
`,
  { mode: 0o755 },
);

type Form = {
  readonly what: string;
  readonly args?: readonly string[];
  readonly user?: string;
  readonly scheme?: "https";
  readonly options?: Served["options"];
  readonly refuses?: Served["refuses"];
};

const tls = ["--tls_cert_file", server.cert, "--tls_key_file", server.key];
const login = ["--htpasswd_file", join(work, "htpasswd")];

const forms: readonly Form[] = [
  { what: "" },
  { what: " without its validation", args: ["--disable_http_ac_validation"], refuses: ["cas"] },
  { what: " that keeps blobs as they are", args: ["--storage_mode", "uncompressed"] },
  { what: " with a password", args: login, user: `ci:${encodeURIComponent(password)}@` },
  { what: " with a credential helper", args: login, options: { credentialHelper: helper } },
  { what: " with TLS", args: tls, scheme: "https", options: { tls: { ca } } },
  {
    what: " with clients' certificates",
    args: [...tls, "--tls_ca_file", ca],
    scheme: "https",
    options: { tls: { ca, ...client } },
  },
];

const both = ["ac", "cas"] as const;

for (const { what, args = [], user = "", scheme = "http", refuses = both, options } of forms)
  contract(`bazel-remote by HTTP${what}`, async () => {
    const running = await startBazelRemote(...args);
    return {
      url: `${scheme}://${user}127.0.0.1:${running.ports[0]}`,
      ...(options && { options }),
      refuses,
      keepsFirst: false,
      plant: (kind, name, bytes) =>
        putByCurl(`${scheme}://127.0.0.1:${running.ports[0]}/${kind}/${name}`, bytes),
      [Symbol.asyncDispose]: () => Promise.resolve(running[Symbol.asyncDispose]()),
    };
  });

const grpcForms: readonly Form[] = [
  { what: "" },
  { what: " that keeps blobs as they are", args: ["--storage_mode", "uncompressed"] },
  { what: " with a password", args: login, user: `ci:${encodeURIComponent(password)}@` },
  { what: " with a credential helper", args: login, options: { credentialHelper: helper } },
  {
    what: " with clients' certificates",
    args: [...tls, "--tls_ca_file", ca],
    scheme: "https",
    options: { tls: { ca, ...client } },
  },
];

for (const { what, args = [], user = "", scheme = "http", options } of grpcForms)
  contract(`bazel-remote by gRPC${what}`, async () => {
    const running = await startBazelRemote(...args);
    const [http, grpc] = running.ports;
    return {
      url: `${scheme.replace("http", "grpc")}://${user}127.0.0.1:${grpc}`,
      ...(options && { options }),
      refuses: both,
      keepsFirst: false,
      plant: (kind, name, bytes) => putByCurl(`${scheme}://127.0.0.1:${http}/${kind}/${name}`, bytes),
      [Symbol.asyncDispose]: () => Promise.resolve(running[Symbol.asyncDispose]()),
    };
  });

/** Whether a server took bytes, whose caller has all that is asked for. Who refuses them may end the connection. */
function putByCurl(url: string, bytes: Uint8Array): boolean {
  const file = join(work, "planted");
  writeFileSync(file, bytes);
  const shows = ["--silent", "--output", join(work, "answer"), "--write-out", "%{http_code}"];
  const may = ["--cacert", ca, "--cert", client.cert, "--key", client.key, "--user", `ci:${password}`];
  const { stdout } = spawnSync("curl", [...shows, ...may, "--upload-file", file, url], { encoding: "utf8" });
  return /^2..$/.test(stdout);
}
