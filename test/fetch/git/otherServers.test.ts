import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { library } from "../../rig/gitRepository.ts";
import { listen } from "../../rig/listen.ts";
import { localRegistry } from "../registry/localRegistry.ts";
import { gitHttpServer } from "./gitHttpServer.ts";
import { gitRig, locked } from "./gitRig.ts";

test("a server that gives no single commits: the branch with its history", async () => {
  await using it = gitRig();
  const repository = it.repository("dep");
  const commit = repository.commit(library("dep", "1.0.0"));
  repository.commit({ "src/lib.rs": "// newer\n" });
  repository.git("update-server-info");
  // Files and nothing else, as any web server gives them.
  const server = createServer((request, response) => {
    const path = join(repository.directory, new URL(request.url ?? "", "http://localhost").pathname);
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
  const port = await listen(server);
  const source = `git+http://127.0.0.1:${port}/.git?branch=main#${commit}`;
  try {
    expect(await it.vendor([locked("dep", "1.0.0", source)])).toMatchObject({
      "dep 1.0.0": { "src/lib.rs": library("dep", "1.0.0")["src/lib.rs"] },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("Cargo downloads the crates of a registry without asking for the private repositories beside it", async () => {
  await using it = gitRig();
  await using registry = await localRegistry({ published: "// published\n" });
  await using server = await gitHttpServer(it.repositories, "me:word");
  it.write("home/.netrc", "machine 127.0.0.1 login me password word\n");
  const commit = it.repository("dep").commit(library("dep", "1.0.0"));
  const git = `git+${server.url}/dep#${commit}`;
  const packages = [
    locked("dep", "1.0.0", git),
    { ...locked("published", "1.0.0", registry.source), checksum: registry.checksums.published },
  ];
  it.write(
    "workspace/Cargo.toml",
    `[package]
name = "app"
version = "0.1.0"

[dependencies]
dep = { git = "${server.url}/dep" }
published = { version = "1", registry = "local" }
`,
  );
  it.write("workspace/src/lib.rs", "");
  it.write("workspace/.cargo/config.toml", `[registries.local]\nindex = "${registry.source}"\n`);
  const entries = packages.map(
    ({ name, version, source, ...rest }) =>
      `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "${source}"\n${"checksum" in rest ? `checksum = "${rest.checksum}"\n` : ""}`,
  );
  const app = '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "dep",\n "published",\n]\n';
  it.write("workspace/Cargo.lock", `version = 4\n\n${[app, ...entries].join("\n")}`);
  const crates = await vendorTrees(packages, it.store, { workspaceDir: it.workspace, env: it.env });
  expect(crates).toMatchObject({ ok: true, value: [{ name: "dep" }, { name: "published" }] });
  expect(registry.requests).toContain("/dl/published");
  expect(existsSync(join(it.home, "git/db"))).toBe(false);
});
