import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Nix, unpackedNix } from "../rig/nix.ts";
import { tempProject } from "../rig/tempProject.ts";

const configuration = (toolchain: string) => `
import { defineProject } from "gantry";
export default defineProject(({ crane, pkgs, toolchains, tools }) => {
  const lib = ${toolchain};
  const src = crane.cleanCargoSource(".");
  const common = { src, nativeBuildInputs: [pkgs.pkgConfig], env: { PKG_CONFIG: pkgs.pkgConfig.bin("pkg-config") } };
  const checks = { clippy: lib.cargoClippy(common) };
  return {
    packages: {},
    checks,
    devShells: { default: lib.devShell({ checks, env: { DATABASE_URL: "sqlite:it's.db", DATA: "/build/source/data" } }) },
  };
});
`;

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
});
project.lock();
execFileSync("git", ["init", "-q"], { cwd: project.root });
afterAll(() => project[Symbol.dispose]());
const nix = unpackedNix("one description, as Nix evaluates its flake");
afterAll(() => nix?.[Symbol.dispose]());

async function ejected(...words: string[]): Promise<void> {
  const ran = await project.gantry(["eject", ...words, "-q"]);
  expect(ran.err).toBe("");
}

/** What a shell has of the variables that a text sets. */
function variablesOf(text: string, names: readonly string[]): Record<string, string> {
  const print = names.map((name) => `printf '%s\\0' "$${name}"`).join("; ");
  const { stdout } = spawnSync("dash", ["-c", `${text}\n${print}`], { encoding: "utf8", env: {} });
  return Object.fromEntries(names.map((name, index) => [name, stdout.split("\0")[index] ?? ""]));
}

test("shell, setup.sh and plain variables have the same values on this machine", async () => {
  project.write("gantry.config.ts", configuration("crane"));
  await ejected("setup");
  const shell = (await project.gantry(["env", "--sh", "-q"])).out;
  const names = [...shell.matchAll(/^export ([A-Z_]+)=/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => !name.startsWith("GANTRY_") && name !== "PATH");
  expect(names).toEqual(expect.arrayContaining(["DATABASE_URL", "DATA", "PKG_CONFIG"]));
  const env = variablesOf(shell, names);
  expect(env).toMatchObject({ DATABASE_URL: "sqlite:it's.db", DATA: `${project.root}/data` });
  const printed = spawnSync("dash", ["setup.sh", "--print"], {
    cwd: project.root,
    encoding: "utf8",
    env: { ...process.env, ...project.env },
  });
  const setup = printed.stdout
    .split("\n")
    .flatMap((line) => (/^ {4}[A-Z]/.test(line) ? [line.slice(4)] : []));
  expect(setup.map((line) => line.replace(/=.*/, "")).sort()).toEqual([...names].sort());
  expect(variablesOf(setup.join("\n"), names)).toEqual(env);

  // What direnv's own functions do is not asked here: neither Nix nor Gantry is there for it.
  await ejected("envrc");
  const direnv =
    "has() { return 1; }; log_status() { :; }; source_env_if_exists() { :; }; watch_file() { :; }";
  const added = 'PATH_add() { added="$1"; }';
  const described = ["DATABASE_URL", "DATA", "PKG_CONFIG"];
  const loaded = (tell: string) =>
    execFileSync("bash", ["-c", `${direnv}; ${added}; . ./.envrc; ${tell}`], {
      cwd: project.root,
      encoding: "utf8",
      env: { ...process.env, CARGO_HOME: "/cargo" },
    });
  const plain = loaded("export -p");
  const exported = plain
    .split("\n")
    .filter((line) => described.some((name) => line.startsWith(`declare -x ${name}=`)));
  const asPosix = exported.join("\n").replaceAll("declare -x ", "");
  expect(variablesOf(asPosix, described)).toEqual(
    Object.fromEntries(described.map((name) => [name, env[name]])),
  );

  // Of another `.env` nobody said that it is a text for shells.
  const tell = 'echo "$DATABASE_URL|$PKG_CONFIG|$RUST_SRC_PATH|$added"';
  project.write(".env", "DATABASE_URL=mine\n");
  expect(loaded(tell)).toBe("sqlite:it's.db|/usr/bin/pkg-config||/cargo/bin\n");
  const [begin, end] = [/begin='(.*?)'/, /end='(.*?)'/].map(
    (each) => each.exec(project.read("setup.sh"))?.[1],
  );
  const left = setup.map((line) =>
    line.startsWith("PKG_CONFIG=") ? "PKG_CONFIG=/opt/bin/pkg-config" : line,
  );
  const others = left.filter((line) => !line.startsWith("DATABASE_URL="));
  project.write(".env", ["DATABASE_URL=mine", begin, ...others, end, ""].join("\n"));
  expect(loaded(tell)).toBe(`mine|/opt/bin/pkg-config|${env.RUST_SRC_PATH ?? ""}|/cargo/bin\n`);
});

test("setup.sh, the flake, the hooks and CI name the toolchain, packages and tools that the description names", async () => {
  project.write(
    "gantry.config.ts",
    configuration('crane.overrideToolchain(toolchains.stable("1.95.0", { targets: ["wasm32-wasip1"] }))')
      .replace("[pkgs.pkgConfig]", '[pkgs.pkgConfig, pkgs.protobuf, tools.cargoNextest("0.9.143")]')
      .replace(
        "const checks = {",
        "const checks = {\n    hooks: lib.preCommit({ src, hooks: { rustfmt: true } }),",
      ),
  );
  await ejected("setup");
  await ejected("ci", "--for", "github");
  await ejected("pre-commit");
  await ejected("flake");
  const setup = project.read("setup.sh");
  expect(setup).toContain("    toolchain 1.95.0 'clippy rust-src rustfmt' wasm32-wasip1 minimal rust-src\n");
  expect(setup).toContain("    tool cargo-nextest 0.9.143\n");
  const named = [...setup.matchAll(/^ +(?:native \S+ .*\\\n +)apt=(\S+)/gm)].map(([, apt]) => apt);
  expect(named).toEqual(["'gcc", "pkg-config", "protobuf-compiler"]);
  const workflow = project.read(".github/workflows/gantry.yml");
  expect(workflow).toContain("apt-get install --yes pkg-config protobuf-compiler\n");
  expect(workflow).toContain(" check --sandbox full");
  expect(setup).toContain("git_hooks");
  expect(project.read(".pre-commit-config.yaml")).toContain("id: rustfmt");
  const flake = project.read("flake.nix");
  for (const part of [
    'pkgs.rust-bin.stable."1.95.0".default.override { targets = [ "wasm32-wasip1" ]; }',
    "            pkgs.pkg-config\n            pkgs.protobuf\n            pkgs.cargo-nextest\n",
    'PKG_CONFIG = "${pkgs.pkg-config}/bin/pkg-config";',
    'DATABASE_URL = "sqlite:it\'s.db";',
    "hooks.rustfmt = {\n            enable = true;",
  ])
    expect(flake).toContain(part);
  if (nix)
    expect(await shellByNix(nix)).toEqual({
      packages: ["pkg-config", "protobuf", "cargo-nextest"],
      env: { DATABASE_URL: "sqlite:it's.db", PKG_CONFIG: "pkg-config/bin/pkg-config" },
      hooks: ["echo installing the hooks", 'export DATA="$PWD"/data\n'],
    });
});

/** What the shell of the flake gets, as real Nix evaluates it with stand-ins for what the flake is made from. */
async function shellByNix({ nix: run }: Nix): Promise<unknown> {
  const inputs = join(project.home, "inputs");
  cpSync(join(import.meta.dirname, "flake/inputs"), inputs, { recursive: true });
  execFileSync("git", ["add", "--all", "--force"], { cwd: project.root });
  const given = readdirSync(inputs).flatMap((name) => [
    "--override-input",
    name,
    `path:${join(inputs, name)}`,
  ]);
  const asked = "shell: { inherit (shell.call) env packages hooks; }";
  const output = ".#devShells.x86_64-linux.default";
  const ran = await run(
    project.root,
    "eval",
    "--json",
    output,
    "--apply",
    asked,
    ...given,
    "--no-write-lock-file",
    "--quiet",
  );
  expect({ status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ status: 0, err: "" });
  return JSON.parse(ran.out.replaceAll(/\/nix\/store\/(?:[a-z0-9]{32}-)?/g, ""));
}
