import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { crateRegistry } from "../fetch/registry/crateRegistry.ts";
import { leaf, leafProject, replacedBy } from "../fetch/registry/leafProject.ts";
import { cratesIoSource } from "../fetch/registry/rig.ts";
import { tempProject } from "../rig/tempProject.ts";

const secret = "s3cret-of-the-test";
const env = {
  CARGO_REGISTRIES_MINE_CREDENTIAL_PROVIDER: "cargo:token",
  CARGO_REGISTRIES_MINE_TOKEN: secret,
};

test("a dependency from a registry that asks for a token, and is named in Cargo's home, is built and vendored", async () => {
  await using registry = await crateRegistry([leaf], { token: secret });
  const { source } = registry;
  using project = tempProject(leafProject({ source, registry: "mine" }));
  const named = `[registries.mine]\nindex = "${source}"\n`;
  writeFileSync(join(project.home, "config.toml"), named);

  const built = await project.gantry(["build"], { env });
  expect({ status: built.status, said: built.err }).toMatchObject({ status: 0 });
  expect((await execa(join(project.root, "result/bin/app"))).stdout).toBe("7");

  const vendored = await project.gantry(["vendor"], { env });
  project.write(".cargo/config.toml", `${named}\n${vendored.out}`);
  await registry[Symbol.asyncDispose]();
  const cargoEnv = { ...project.env, CARGO_HOME: `${project.home}-empty` };
  const cargo = await execa("cargo", ["run", "--offline", "--locked", "--quiet"], {
    cwd: project.root,
    env: cargoEnv,
    extendEnv: false,
  });
  expect(cargo.stdout).toBe("7");

  expect([built.out, built.err, vendored.out, vendored.err].join("")).not.toContain(secret);
  expect(filesWith(secret, project.store)).toEqual([]);
  expect(filesWith(secret, join(project.root, "vendor"))).toEqual([]);
});

test("a project that keeps its crates in a directory is built from it, offline, as edited there", async () => {
  using project = tempProject(leafProject({ source: cratesIoSource }));
  project.write(".cargo/config.toml", replacedBy('directory = "third-party"'));
  const mark = { files: {}, package: leaf.checksum };
  project.write("third-party/leaf/.cargo-checksum.json", JSON.stringify(mark));
  project.write(
    "third-party/leaf/Cargo.toml",
    '[package]\nname = "leaf"\nversion = "1.0.0"\nedition = "2021"\n',
  );
  project.write("third-party/leaf/src/lib.rs", "pub fn number() -> u8 { 8 }\n");
  const built = await project.gantry(["build", "--offline"]);
  expect({ status: built.status, said: built.err }).toMatchObject({ status: 0 });
  expect((await execa(join(project.root, "result/bin/app"))).stdout).toBe("8");
});

test("a token in the project's own configuration stops the build before anything is stored", async () => {
  const source = "sparse+http://127.0.0.1:9/index/";
  using project = tempProject(leafProject({ source, registry: "mine" }));
  mkdirSync(join(project.root, ".cargo"));
  project.write(".cargo/config.toml", `[registries.mine]\nindex = "${source}"\ntoken = "${secret}"\n`);
  const built = await project.gantry(["build"]);
  expect({ status: built.status, said: built.err }).toEqual({
    status: 1,
    said: `error[token-in-project]: the project's Cargo configuration holds a token
  --> .cargo/config.toml:3:9
   |
 3 | token = ${"*".repeat(secret.length + 2)}
   |         ${"^".repeat(secret.length + 2)} every build script would see it
   = note: what belongs to the project is copied to the store and shown to the build
   = help: remove the line, and let Cargo keep the token outside the project: cargo login --registry NAME
`,
  });
  expect(existsSync(project.store)).toBe(false);
});

/** The files below a directory that contain the text. */
function filesWith(text: string, directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => {
    const file = join(directory, path);
    const stats = statSync(file, { throwIfNoEntry: false });
    // The base system's large libraries are no place where a token could have got to.
    return stats?.isFile() && stats.size < 4e6 && readFileSync(file).includes(text);
  });
}
