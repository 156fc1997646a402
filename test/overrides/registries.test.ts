import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { listen } from "../rig/listen.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { configuration } from "./project.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn value() -> u32 {\n    7\n}\n" });
const asked: string[] = [];
let body: Buffer = leaf.bytes;
let config = "";

/** A registry without an index: whoever asks Cargo for its crates fails. */
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  if (request.url === "/config.json") response.end(config);
  else if (request.url === "/dl/le/af/leaf-1.0.0.crate") response.end(body);
  else response.writeHead(404).end();
});
let project: TempProject;
let port = 0;

beforeAll(async () => {
  port = await listen(server);
  const index = `sparse+http://127.0.0.1:${port}/`;
  config = JSON.stringify({ dl: `http://127.0.0.1:${port}/dl/{prefix}/{crate}-{version}.crate` });
  project = tempProject({
    ".cargo/config.toml": `[registries.mine]\nindex = "${index}"\n`,
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = { version = "1", registry = "mine" }\n',
    "src/main.rs": 'fn main() {\n    println!("{}", leaf::value());\n}\n',
    "Cargo.lock": [
      "version = 4\n",
      '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "leaf",\n]\n',
      `[[package]]\nname = "leaf"\nversion = "1.0.0"\nsource = "${index}"\nchecksum = "${leaf.checksum}"\n`,
    ].join("\n"),
    "gantry.config.ts": "",
  });
});
afterAll(() => {
  server.close();
  project[Symbol.dispose]();
});

async function build(registry: string) {
  const text = configuration("").replace(
    "crane.buildPackage",
    `crane.appendCrateRegistries([${registry}]).buildPackage`,
  );
  project.write("gantry.config.ts", text);
  const ran = await project.gantry(["build", "--color", "never", "-q"]);
  return { status: ran.status, said: ran.err.replaceAll(/:\d{4,5}\//g, ":<port>/").trim() };
}

const sparse = (more = "") => `crane.registryFromSparse({ indexUrl: "http://127.0.0.1:${port}/"${more} })`;

test("a `config.json` other than the expected one is refused", async () => {
  expect((await build(sparse(`, configSha256: "${"0".repeat(64)}"`))).said).toContain(
    "error[registry-config]: the configuration of the registry at `http://127.0.0.1:<port>/config.json` cannot be used",
  );
});

test("a download that is not what the lock pins is refused", async () => {
  body = Buffer.from("something else");
  expect((await build(sparse())).said).toContain(
    "error[checksum-mismatch]: the download of `leaf-1.0.0` is not what `Cargo.lock` pins",
  );
  body = leaf.bytes;
});

test("a crate is downloaded from the address that the registry's `config.json` gives, once", async () => {
  asked.length = 0;
  expect(await build(sparse(`, configSha256: "${digestOf(config)}"`))).toEqual({ status: 0, said: "" });
  expect(execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" })).toBe("7\n");
  expect(asked).toEqual(["/config.json", "/dl/le/af/leaf-1.0.0.crate"]);
  await build(sparse());
  expect(asked.length).toBe(2);
});
