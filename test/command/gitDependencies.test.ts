import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesWith } from "../fetch/git/filesWith.ts";
import { type GitHttpServer, gitHttpServer } from "../fetch/git/gitHttpServer.ts";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { below, gitRepository, library } from "../rig/gitRepository.ts";
import { tempProject } from "../rig/tempProject.ts";

const secret = "hunter2-is-secret";

/** `alpha` inherits, needs its neighbour `beta` by path, and includes a file by a link that leaves it. */
const team = {
  "Cargo.toml": `[workspace]
members = ["alpha", "beta", "unused"]
resolver = "2"

[workspace.package]
version = "1.2.3"
edition = "2021"

[workspace.dependencies]
beta = { path = "beta", version = "1" }
`,
  "greeting.txt": "hello",
  ...below("alpha", {
    "Cargo.toml": `[package]
name = "alpha"
version.workspace = true
edition.workspace = true

[dependencies]
beta.workspace = true
`,
    "src/lib.rs":
      'pub fn name() -> String { format!("{} from alpha and {}", include_str!("../greeting.txt"), beta::name()) }\n',
    "greeting.txt": { link: "../greeting.txt" },
  }),
  ...below("beta", library("beta", "1.0.0", 'pub fn name() -> &\'static str { "new beta" }\n')),
  ...below("unused", library("unused", "1.0.0")),
};

const project = tempProject({
  "src/main.rs": 'fn main() { println!("{}; {}", alpha::name(), old_beta::name()); }\n',
});
const base = join(project.root, "..");
const home = { ...project.env, CARGO_HOME: join(base, "other-home"), CARGO_NET_GIT_FETCH_WITH_CLI: "true" };
let server: GitHttpServer;

/** Plain Cargo, with a home of its own, so that Gantry finds nothing that Cargo fetched. */
const cargo = (...args: string[]) => execa("cargo", args, { cwd: project.root, env: home, extendEnv: false });

beforeAll(async () => {
  const repository = gitRepository(join(base, "repositories/team.git"));
  repository.commit({ ...library("beta", "0.1.0", 'pub fn name() -> &\'static str { "old beta" }\n') });
  repository.git("tag", "v0.1.0");
  repository.git("switch", "--quiet", "--create", "feature/one+two");
  repository.commit({ src: undefined, ...team });
  repository.git("switch", "--quiet", "main");
  server = await gitHttpServer(join(base, "repositories"), `me:${secret}`);
  project.write("../.netrc", `machine 127.0.0.1 login me password ${secret}\n`);
  project.write(
    "Cargo.toml",
    `[package]
name = "app"
version = "0.1.0"
edition = "2021"

[dependencies]
alpha = { git = "${server.url}/team.git", branch = "feature/one+two" }
old-beta = { package = "beta", git = "${server.url}/team.git", tag = "v0.1.0" }
`,
  );
  await cargo("generate-lockfile");
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

const said = "hello from alpha and new beta; old beta\n";

test("Cargo encodes the name of the branch", () => {
  expect(project.read("Cargo.lock")).toContain("?branch=feature%2Fone%2Btwo#");
});

describeIsolated("a project with private git dependencies", () => {
  test("is built without them in the sandbox's reach, and an edit compiles one unit", async () => {
    const first = await project.gantry(["build", "--log-format", "json"]);
    expect(first.status, first.out + first.err).toBe(0);
    expect(compiledUnits(first.events)).toEqual({
      "app-deps": ["alpha lib build", "beta lib build", "beta lib build"],
      app: ["app bin build"],
    });
    expect(execFileSync(join(project.root, "result/bin/app"), { encoding: "utf8" })).toBe(said);
    expect(existsSync(join(project.home, "git/db"))).toBe(false);

    project.edit("src/main.rs", "fn main", "// edited\nfn main");
    const second = await project.gantry(["build", "--offline", "--log-format", "json"]);
    expect(compiledUnits(second.events)).toEqual({ app: ["app bin build"] });

    for (const { out, err } of [first, second]) expect(out + err).not.toContain(secret);
    expect(filesWith(secret, project.store)).toEqual([]);
  }, 600_000);
});

test("what `gantry vendor` writes builds with plain Cargo, and is what `cargo vendor` writes", async () => {
  const ours = await project.gantry(["vendor", "ours"]);
  expect(ours.status, ours.err).toBe(0);
  const theirs = await cargo("vendor", "--locked", "--offline", "theirs");
  expect(ours.out).toBe(`${theirs.stdout.replace('"theirs"', '"ours"').trim()}\n`);
  expect(files(join(project.root, "ours"))).toEqual(files(join(project.root, "theirs")));

  project.write(".cargo/config.toml", ours.out);
  const run = await execa("cargo", ["run", "--offline", "--locked", "--quiet"], {
    cwd: project.root,
    env: { ...project.env, CARGO_HOME: join(base, "empty-home") },
    extendEnv: false,
  });
  expect(`${run.stdout}\n`).toBe(said);
});

/** Path → text. Manifests are written in another order, and checksums list other files. */
function files(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const different = /\/(Cargo\.toml|\.cargo-checksum\.json)$/;
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(directory.length + 1),
      different.test(path) ? "" : readFileSync(path, "utf8"),
    ]),
  );
}
