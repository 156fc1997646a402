// Has real Nix check flakes of `gantry eject flake` with the real Crane, rust-overlay, git-hooks.nix and flake-utils, and
// compares what is printed with what nixfmt prints. npm run test:flake -- SOURCES
//
// SOURCES is a directory with checkouts, which are only read: crane, rust-overlay, git-hooks (cachix/git-hooks.nix),
// flake-utils, systems (nix-systems/default), nixpkgs (ekala-project/corepkgs, which evaluates without the network) and lib
// (ekala-project/nix-lib).

import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { printNix } from "../src/eject/nix/print.ts";
import { descriptions } from "../test/eject/flake/descriptions.ts";
import { served } from "../test/eject/flake/served.ts";
import { rows } from "../test/eject/nix/rows.ts";
import { unpackedNix } from "../test/rig/nix.ts";
import { markdownTable } from "./markdownTable.ts";
import { publishedSource } from "./publishedSource.ts";

const root = join(import.meta.dirname, "..");
const [sources] = process.argv.slice(2);
const names = ["crane", "rust-overlay", "git-hooks", "flake-utils", "systems", "nixpkgs", "lib"];
if (sources === undefined || names.some((name) => !existsSync(join(sources, name)))) {
  console.error(`usage: npm run test:flake -- SOURCES, a directory with ${names.join(", ")}`);
  process.exit(2);
}
const nix = unpackedNix("real Crane");
if (!nix) process.exit(1);

const work = mkdtempSync(join(tmpdir(), "gantry-flake-"));
const inputs = join(work, "inputs");
for (const name of names)
  cpSync(join(sources, name), join(inputs, name), { recursive: true, verbatimSymlinks: true });
const packages = join(inputs, "packages");
cpSync(join(root, "test/eject/flake/realInputs"), packages, { recursive: true });
cpSync(join(inputs, "nixpkgs"), join(packages, "core"), { recursive: true, verbatimSymlinks: true });
cpSync(join(inputs, "lib"), join(packages, "lib"), { recursive: true });
cpSync(join(inputs, "git-hooks/nix/tools.nix"), join(packages, "tools.nix"));
writeFileSync(join(packages, "core/pins.nix"), "{ lib = ../lib; }\n");
// Where rust-overlay looks for a script of nixpkgs.
rmSync(join(packages, "core/pkgs/build-support"), { force: true, recursive: true });
symlinkSync("../build-support", join(packages, "core/pkgs/build-support"));

type Row = {
  readonly name: string;
  readonly outputs: string;
  readonly seconds: string;
  readonly formatted: string;
};

/** What the packages in the place of nixpkgs cannot do. */
const left: Readonly<Record<string, { readonly drop?: RegExp; readonly note: string }>> = {
  cross: { drop: /^ {6}windows: .*\n/m, note: "without Windows, which corepkgs lacks" },
  services: {
    drop: /^ {8}healthCheck: .*\n/gm,
    note: "and the modules, without their tests: corepkgs has no NixOS",
  },
};

const nixfmt = installedNixfmt();
const results: Row[] = [];
/** Without files: the example, and published programs, which have no configuration. */
const all: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = {
  ...descriptions,
  services: served,
  parcels: undefined,
  "fd-find 10.3.0": undefined,
  "ripgrep 15.2.0": undefined,
  "xh 0.26.3": undefined,
};
for (const [name, files] of Object.entries(all)) {
  const [program = "", version] = name.split(" ");
  const project = join(work, program);
  mkdirSync(project);
  if (version !== undefined) await publishedSource(program, version, project);
  else if (files === undefined) cpSync(join(root, "examples/parcels"), project, { recursive: true });
  for (const [path, text] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    const drop = path === "gantry.config.ts" ? left[name]?.drop : undefined;
    writeFileSync(join(project, path), drop ? text.replace(drop, "") : text);
  }
  execFileSync("git", ["init", "-q"], { cwd: project });
  execFileSync(join(root, "gantry"), ["eject", "flake", "-q"], { cwd: project, stdio: "inherit" });
  execFileSync("git", ["add", "--all", "--force"], { cwd: project });
  const flake = readFileSync(join(project, "flake.nix"), "utf8");
  const begin = performance.now();
  const ran = await nix.nix(
    project,
    "flake",
    "check",
    "--no-build",
    ...overrides(flake),
    "--no-write-lock-file",
  );
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  if (ran.status !== 0) throw new Error(`${name}: ${ran.err}`);
  const derivations = [
    ...ran.err.matchAll(/^checking derivation (\S+?)\.x86_64-linux\.?(\S*?)\.\.\.$/gm),
  ].map(([, kind = "", output = ""]) => (output === "" ? kind : `${kind}.${output}`));
  const note = left[name] ? `; ${left[name].note}` : "";
  results.push({
    name,
    outputs: `${derivations.join(", ")}${note}`,
    seconds,
    formatted: isFormatted(flake) ? "yes" : "no",
  });
  console.error(`${name}: ${derivations.length} derivations in ${seconds} s`);
}

const wrong = [
  ...Object.entries(rows)
    .filter(([, [expression]]) => !isFormatted(printNix(expression)))
    .map(([row]) => row),
  ...results.filter(({ formatted }) => formatted === "no").map(({ name }) => name),
];
if (wrong.length > 0) throw new Error(`nixfmt prints otherwise: ${wrong.join(", ")}`);

writeFileSync(
  join(root, "docs/flake-evaluated.md"),
  `# Flakes that real Crane evaluated

Written by \`npm run test:flake\`. The flakes of the descriptions in \`test/eject/flake/descriptions.ts\`, of the example and of
published programs without a configuration were checked by \`nix flake check --no-build\` (${versionOf(await nix.nix(work, "--version"))}) with the real Crane, rust-overlay, git-hooks.nix and
flake-utils: every output is evaluated up to its derivation, and nothing is built. In the place of nixpkgs
was [corepkgs](https://github.com/ekala-project/corepkgs), with stand-ins for the programs that it lacks. Each flake was as
${nixfmt.version} prints it.

${markdownTable(
  ["Description", "Derivations", "Seconds"],
  results.map(({ name, outputs, seconds }) => [name, outputs, seconds]),
)}`,
);
nix[Symbol.dispose]();
rmSync(work, { recursive: true, force: true });

function overrides(flake: string): readonly string[] {
  const [, block = ""] = /^ {2}inputs = \{\n([\s\S]*?)^ {2}\};/m.exec(flake) ?? [];
  const own = [...block.matchAll(/^ {4}([\w-]+)(?:\.url)? = /gm)].map(([, name = ""]) => name);
  const tree = join(work, "tree");
  mkdirSync(tree, { recursive: true });
  const places = own.map((name) => [
    name,
    name === "nixpkgs" ? packages : names.includes(name) ? join(inputs, name) : tree,
  ]);
  const below = [
    ...(own.includes("flake-utils") ? [["flake-utils/systems", join(inputs, "systems")]] : []),
    ...(own.includes("git-hooks") ? [["git-hooks/flake-compat", tree]] : []),
  ];
  return [...places, ...below].flatMap(([name = "", path]) => ["--override-input", name, `path:${path}`]);
}

/** nixfmt in Rust, from crates.io, compiled once (two minutes). */
function installedNixfmt(): { readonly program: string; readonly version: string } {
  const version = "0.5.3";
  const place = join(
    process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    `gantry-tests/nixfmt-${version}`,
  );
  const program = join(place, "bin/nixfmt");
  if (!existsSync(program))
    execFileSync("cargo", ["install", "nixfmt_rs", "--version", version, "--root", place, "--quiet"], {
      stdio: "inherit",
    });
  return { program, version: `nixfmt_rs ${version}` };
}

function isFormatted(text: string): boolean {
  return spawnSync(nixfmt.program, ["-"], { input: text, encoding: "utf8" }).stdout === text;
}

function versionOf({ out }: { readonly out: string }): string {
  return out.trim().replace(/^nix \(Nix\)/, "Nix");
}
