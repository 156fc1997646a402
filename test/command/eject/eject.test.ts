import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tempProject } from "../../rig/tempProject.ts";

const configuration = (native: string) => `
import { defineProject } from "gantry";
export default defineProject(({ crane, pkgs }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), nativeBuildInputs: [${native}] }) },
  checks: {},
}));
`;

const workflow = ".github/workflows/gantry.yml";
const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "gantry.config.ts": configuration(""),
});
project.lock();
execFileSync("git", ["init", "-q"], { cwd: project.root });
afterAll(() => project[Symbol.dispose]());

const run = async (...args: string[]) => {
  const ran = await project.gantry([...args, "-q", "--color", "never"]);
  return { status: ran.status, err: project.shown(ran.err).trim(), out: ran.out };
};

test("what is no file is said, nothing is written through a link out of the project, and an empty file is nobody's", async () => {
  const outside = tempProject({ "x.nix": "" });
  try {
    const flake = join(project.root, "flake.nix");
    execFileSync("mkfifo", [flake]);
    expect((await run("eject", "flake", "--check")).err).toMatch(
      /^error\[not-a-file\]: `flake.nix` is neither/,
    );
    rmSync(flake);
    symlinkSync(join(outside.root, "x.nix"), flake);
    expect((await run("eject", "flake")).err).toMatch(/^error\[outside-of-project\]: `flake.nix` is a link/);
    expect(outside.read("x.nix")).toBe("");
    rmSync(flake);
    project.write("flake.nix", "");
    expect(await run("eject", "flake")).toMatchObject({ status: 0 });
    expect(project.read("flake.nix")).toMatch(/^# Written by `gantry eject flake`/);
    rmSync(flake);
  } finally {
    outside[Symbol.dispose]();
  }
});

test("a workflow is written, twice the same, and stale once the description says otherwise", async () => {
  expect(await run("eject", "ci")).toMatchObject({ status: 0 });
  const written = project.read(workflow);
  expect(written).toContain("sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0\n");
  expect(written).not.toContain(project.root);
  expect(written).toContain("if: always() && steps.gantry.outcome == 'success'\n");
  expect(await run("eject", "ci")).toMatchObject({ status: 0 });
  expect(project.read(workflow)).toBe(written);
  expect(await run("eject", "ci", "--check")).toMatchObject({ status: 0 });
  expect(await run("check")).toMatchObject({ status: 0 });

  project.write("gantry.config.ts", configuration("pkgs.protobuf, pkgs.cmake"));
  const stale = await run("eject", "ci", "--check");
  expect(stale.status).toBe(1);
  expect(stale.err).toContain(`error[eject-stale]: \`${workflow}\` is not what the description says`);
  expect(stale.err).toContain("+          sudo apt-get install --yes cmake protobuf-compiler");
  const check = await run("check");
  expect(check.status).toBe(1);
  expect(check.err).toContain(`note: \`${workflow}\` is not what the description says now`);
  expect(check.err).toContain("help: gantry eject ci --for github\n");
  expect(check.err).toContain("+          sudo apt-get install --yes cmake protobuf-compiler");
  expect(await run("eject", "ci")).toMatchObject({ status: 0 });
  expect(await run("check")).toMatchObject({ status: 0 });
});

test("a file that somebody else wrote stays, and is no check", async () => {
  project.write(workflow, "name: mine\n");
  const refused = await run("eject", "ci");
  expect(refused.status).toBe(1);
  expect(refused.err).toContain(`error[eject-foreign]: \`${workflow}\` was not written by \`gantry eject\``);
  expect(project.read(workflow)).toBe("name: mine\n");
  expect((await project.gantry(["show"])).out).not.toContain("ejected");
});

test("for GitLab, where the repository has its file, or as one says", async () => {
  project.write(".gitlab-ci.yml", "include: []\n");
  expect(await run("eject", "ci", "--for", "gitlab")).toMatchObject({ status: 0 });
  expect(existsSync(join(project.root, ".gitlab/gantry.yml"))).toBe(true);
  expect(project.read(".gitlab/gantry.yml")).toContain("nodejs npm");
  // GitLab looks for whole keys: one that no job saves is never found.
  expect(project.read(".gitlab/gantry.yml")).not.toContain("fallback_keys");
});

test("all that was ejected is looked at where nothing is named, and nothing that somebody else wrote", async () => {
  expect(await run("eject", "--check")).toMatchObject({ status: 0, err: "" });
  project.write("gantry.config.ts", configuration("pkgs.cmake"));
  const stale = await run("eject", "--check");
  expect(stale.status).toBe(1);
  expect(stale.err).toContain("error[eject-stale]: `.gitlab/gantry.yml` is not what the description says");
  expect(stale.err).toContain("help: gantry eject ci --for gitlab");
  expect(stale.err).not.toContain(workflow);
  expect(await run("eject", "ci", "--for", "gitlab")).toMatchObject({ status: 0 });
});

test("a file that git ignores is one person's own, and no check", async () => {
  project.write(".gitignore", ".gitlab\n");
  expect((await project.gantry(["show"])).out).not.toContain("ejected");
  project.write(".gitignore", "");
  expect((await project.gantry(["show"])).out).toContain("ejected");
  expect((await project.gantry(["check", "--list"])).out).toMatch(
    /^ejected +would run +gantry eject --check$/m,
  );
});

test("a script is written that can be run, and none that shows a secret", async () => {
  expect(await run("eject", "setup")).toMatchObject({ status: 0 });
  const script = join(project.root, "setup.sh");
  expect(statSync(script).mode & 0o777).toBe(0o755);
  expect(project.read("setup.sh")).toContain("    native cmake programs='cmake ctest' \\\n");
  chmodSync(script, 0o644);
  expect((await run("eject", "--check")).err).toContain("note: `setup.sh` cannot be run as a program");
  expect(await run("eject", "setup")).toMatchObject({ status: 0 });

  const written = project.read("setup.sh");
  project.edit("gantry.config.ts", "nativeBuildInputs", 'env: { APP_TOKEN: "hunter2" }, nativeBuildInputs');
  const refused = await run("eject", "setup");
  expect(refused.status).toBe(1);
  expect(refused.err).toContain("error[secret-in-env]: `APP_TOKEN` looks like a secret");
  expect(refused.err).toContain("--> gantry.config.ts:4:");
  expect(refused.err).not.toContain("hunter2");
  expect(project.read("setup.sh")).toBe(written);
  expect((await run("eject", "--check")).err).toContain("error[secret-in-env]");
  expect((await run("check", "ejected")).err).toContain("looks like a secret");
});

test("what is in the way is named, and --check says of each file what is the matter with it", async () => {
  using own = tempProject({ "Cargo.toml": project.read("Cargo.toml"), "src/main.rs": "fn main() {}\n" });
  own.lock();
  const said = async (...args: string[]) => (await own.gantry(["eject", ...args, "-q"])).err;
  expect(await said("setup", "--check")).toBe(
    "error[eject-stale]: `setup.sh` is not what the description says\n  = note: `setup.sh` is not there\n  = help: gantry eject setup\n",
  );
  const script = join(own.root, "setup.sh");
  symlinkSync("nowhere", script);
  expect(await said("setup")).toBe(
    "error[not-a-file]: `setup.sh` is a link to `nowhere`, which is not there, and a file is wanted there\n  = note: nothing was changed\n  = help: move it away, and run the command again: mv setup.sh setup.sh.old\n",
  );
  rmSync(script);
  own.write(".github", "");
  expect(await said("ci")).toContain("error[not-a-directory]: `.github` is a file, and a directory");
  expect(await said("setup")).toBe("");
  own.write("setup.sh", own.read("setup.sh").replaceAll("\n", "\r\n"));
  expect(await said("setup", "--check")).toContain("  = note: `setup.sh` has the line ends of Windows; ");
  expect(await said("setup")).toBe("");
  own.write("setup.sh", own.read("setup.sh").split("\n").slice(3).join("\n"));
  for (const more of [[], ["--check"]])
    expect(await said("setup", ...more)).toContain("error[eject-foreign]: `setup.sh` was not written by");
});

test("a script wants a Rust that all packages allow, and is stale once they want a newer one", async () => {
  const manifest = (name: string, release: string) => `[package]\nname = "${name}"\nrust-version${release}\n`;
  using own = tempProject({
    "Cargo.toml":
      '[workspace]\nmembers = ["a", "b"]\nresolver = "2"\n\n[workspace.package]\nrust-version = "1.9"\n',
    ...{ "a/Cargo.toml": manifest("a", ".workspace = true"), "a/src/lib.rs": "" },
    ...{ "b/Cargo.toml": manifest("b", ' = "1.74.1"'), "b/src/lib.rs": "" },
  });
  own.lock();
  const said = async (...args: string[]) => (await own.gantry(["eject", "setup", ...args, "-q"])).err;
  const call = (release: string) => `    newer_toolchain ${release} "$(active_toolchain)"\n`;
  expect(await said()).toBe("");
  expect(own.read("setup.sh")).toContain(call("1.74.1"));
  own.edit("Cargo.toml", "1.9", "1.80");
  expect(await said("--check")).toContain("error[eject-stale]");
  expect(await said()).toBe("");
  expect(own.read("setup.sh")).toContain(call("1.80"));
  own.write("rust-toolchain", "1.95.0\n");
  expect(await said()).toBe("");
  expect(own.read("setup.sh")).not.toContain("newer_toolchain");
});

test("what to write has to be said", async () => {
  expect(await run("eject")).toMatchObject({ status: 2 });
  expect((await run("eject", "--check", "--for", "gitlab")).err).toContain("gantry eject ci --for gitlab");
  expect((await run("eject", "everything")).err).toContain("everything");
});
