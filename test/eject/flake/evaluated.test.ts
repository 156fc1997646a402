import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { launcher } from "../../rig/gantry.ts";
import { unpackedNix } from "../../rig/nix.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";
import { type Described, describedBy } from "./described.ts";
import { descriptions } from "./descriptions.ts";

const nix = unpackedNix("evaluation of flakes by Nix");
afterAll(() => nix?.[Symbol.dispose]());

const inputs = join(import.meta.dirname, "inputs");
const system = "x86_64-linux";

/** A project with its flake, all of it known to git, as a flake must be. */
async function flakeOf(files: Readonly<Record<string, string>>, from?: string): Promise<TempProject> {
  const project = tempProject(files);
  // Nix sees what lies in the directories for temporary files alone.
  cpSync(inputs, join(project.home, "inputs"), { recursive: true });
  if (from !== undefined) cpSync(from, project.root, { recursive: true });
  execFileSync("git", ["init", "-q"], { cwd: project.root });
  const ran = await project.gantry(["eject", "flake", "-q"]);
  expect({ status: ran.status, err: ran.err }).toEqual({ status: 0, err: "" });
  execFileSync("git", ["add", "--all", "--force"], { cwd: project.root });
  return project;
}

/** The inputs of a flake, each as a stand-in, or as an empty tree. */
function standIns(project: TempProject): readonly string[] {
  const [, block = ""] = /^ {2}inputs = \{\n([\s\S]*?)^ {2}\};/m.exec(project.read("flake.nix")) ?? [];
  const names = [...block.matchAll(/^ {4}([\w-]+)(?:\.url)? = /gm)].map(([, name = ""]) => name);
  return names.flatMap((name) => {
    const tree = join(project.home, "inputs", name);
    if (!readdirSync(inputs).includes(name)) mkdirSync(tree, { recursive: true });
    return ["--override-input", name, `path:${tree}`];
  });
}

async function run(project: TempProject, ...args: readonly string[]): Promise<string> {
  if (!nix) throw new Error("no Nix");
  const ran = await nix.nix(project.root, ...args, ...standIns(project), "--no-write-lock-file", "--quiet");
  expect({ status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ status: 0, err: "" });
  return ran.out.replaceAll(/\/nix\/store\/[a-z0-9]{32}-/g, "/nix/store/");
}

type Called = {
  readonly verb: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly toolchain?: unknown;
};
type Outputs = {
  readonly packages: Readonly<Record<string, Called>>;
  readonly checks: Readonly<Record<string, Called>>;
  readonly devShells: Readonly<Record<string, unknown>>;
};

/** All that the stand-ins were asked for, one question to Nix. */
async function outputsOf(project: TempProject): Promise<Outputs> {
  const calls = "builtins.mapAttrs (_: each: each.call)";
  const one = async (kind: string) =>
    JSON.parse(await run(project, "eval", "--json", `.#${kind}.${system}`, "--apply", calls));
  const hasChecks = project.read("flake.nix").includes("\n        checks");
  const [packages, checks, devShells] = await Promise.all([
    one("packages"),
    hasChecks ? one("checks") : {},
    one("devShells"),
  ]);
  return { packages, checks, devShells };
}

const stored = (name: string) => `/nix/store/${name}`;

/** How an argument of the description is to arrive. Undefined: it is compared elsewhere. */
function expected(name: string, value: unknown): readonly [string, unknown] | undefined {
  if (name === "cargoProfile") return ["CARGO_PROFILE", value];
  if (name === "cargoArtifacts") return [name, expectedCall(value as Described)];
  if (name === "nativeBuildInputs" || name === "buildInputs")
    return [
      name,
      (value as { names?: { nixpkgs?: string[] }; crate?: string }[])
        .flatMap((each) => stored(each.names?.nixpkgs?.[0] ?? each.crate ?? ""))
        .filter((each) => !each.includes("pkgsCross")),
    ];
  if (name === "env") {
    const entries = Object.entries(value as Record<string, string>).map(([key, text]) => [
      key,
      text
        .replace(/^\/usr\/bin\/(\S+)$/, (_, program: string) => {
          const owner = Object.values(pkgs).find(({ bins }) => (bins as readonly string[]).includes(program));
          return `${stored(owner?.names.nixpkgs?.[0] ?? "")}/bin/${program}`;
        })
        .replace(/^\/build\/toolchain/, stored("rust")),
    ]);
    return [name, expect.objectContaining(Object.fromEntries(entries))];
  }
  if (Array.isArray(value) && value.every((each) => typeof each === "string"))
    return [name, value.filter((each) => name !== "rustFmtExtraArgs" || each !== "--check").join(" ")];
  if (typeof value === "string" && !value.includes("\n")) return [name, value];
  return typeof value === "boolean" || typeof value === "number" ? [name, value] : undefined;
}

/** What only Gantry has, or what arrives as more than one value. */
const elsewhere = new Set([
  "keepTestResults",
  "src",
  "advisory-db",
  "cargoVendorDir",
  "preBuild",
  "postInstall",
  "buildPhaseCargoCommand",
  "sourceRoot",
  "cargoLock",
  "dummySrc",
]);

function expectedCall({ verb, args }: Described): unknown {
  // Crane's `buildTrunkPackage` would drop an `env`.
  const { env, ...others } = args as { env?: Readonly<Record<string, unknown>> };
  const given = verb === "buildTrunkPackage" ? { ...others, ...env } : args;
  const entries = Object.entries(given).flatMap(([name, value]) => {
    const said = elsewhere.has(name) ? undefined : expected(name, value);
    return said ? [said] : [];
  });
  return expect.objectContaining({
    verb: verb === "cargoHakari" ? "mkCargoDerivation" : verb,
    args: expect.objectContaining(Object.fromEntries(entries)),
  });
}

const golden = join(import.meta.dirname, "../../golden/flake");

const shellConfiguration = `import { defineProject } from "gantry";
export default defineProject(({ crane, pkgs }) => {
  const src = crane.cleanCargoSource(".");
  const env = { PKG_CONFIG: pkgs.pkgConfig.bin("pkg-config"), RUST_BACKTRACE: "1" };
  const checks = { clippy: crane.cargoClippy({ src, env, nativeBuildInputs: [pkgs.pkgConfig] }) };
  const hooks = crane.preCommit({ src, hooks: { rustfmt: true } });
  const own = { DATABASE_URL: "sqlite:it's.db", DATA: "/build/source/data", NOTE: 'a "note" for $' + "{you}" };
  return {
    packages: {},
    checks,
    hooks,
    devShells: { default: crane.devShell({ checks, hooks, env: own, shellHook: "echo 'welcome'" }) },
  };
});
`;

describe.runIf(nix)(
  "real Nix evaluates the flake, and Crane's functions get what the description says",
  () => {
    test.concurrent.for(Object.entries(descriptions))("%s", async ([name, files], { expect }) => {
      using project = await flakeOf(files);
      const [check, outputs] = await Promise.all([
        run(project, "flake", "check", "--no-build", "--all-systems"),
        outputsOf(project),
      ]);
      expect(check).toBe("");
      const described = await describedBy(files["gantry.config.ts"] ?? "");
      const isSaid = ([, { verb }]: [string, Described]) => verb !== "preCommit" && verb !== "cooldown";
      for (const kind of ["packages", "checks"] as const) {
        const wanted = Object.entries(described[kind] ?? {}).filter(isSaid);
        const calls = Object.fromEntries(wanted.map(([key, call]) => [key, expectedCall(call)]));
        expect(outputs[kind]).toEqual(expect.objectContaining(calls));
      }
      await expect(`${JSON.stringify(outputs, null, 2)}\n`).toMatchFileSnapshot(join(golden, `${name}.json`));
    });

    test("the example, and what `nix flake show` says of it", async () => {
      using project = await flakeOf({}, join(import.meta.dirname, "../../../examples/parcels"));
      await run(project, "flake", "check", "--no-build", "--all-systems");
      const shown = JSON.parse(await run(project, "flake", "show", "--json"));
      const names = Object.entries(shown).map(([kind, of]) => [
        kind,
        Object.keys((of as Readonly<Record<string, object>>)[system] ?? {}).filter((key) => key !== "type"),
      ]);
      expect(Object.fromEntries(names)).toMatchObject({
        apps: ["default"],
        checks: ["clippy", "fmt", "parcels", "tests"],
        devShells: ["default"],
        packages: ["default"],
      });
    });

    test("patterns choose the files that Gantry chooses", async () => {
      const files = [
        "styles/a.css",
        "styles/b.scss",
        "styles/c.less",
        "styles/deep/d.css",
        "README.md",
        "assets/e.txt",
        ".cargo/config.toml",
        "assets/.hidden",
      ];
      const empty = Object.fromEntries(files.map((file) => [file, ""]));
      using project = await flakeOf({
        ...descriptions.minimal,
        ...empty,
        "gantry.config.ts": `import { defineProject } from "gantry";
export default defineProject(({ crane, fileset }) => {
  const chosen = fileset.union(crane.cleanCargoSource("."), fileset.include("styles/*.{css,scss}", "assets", "**/*.less"));
  const src = fileset.difference(chosen, fileset.include("assets/e.*"));
  return { packages: { default: crane.buildPackage({ src }) } };
});
`,
      });
      const store = (
        await run(project, "eval", "--raw", `.#packages.${system}.default.args.src.outPath`)
      ).trim();
      expect(store).toBe("/nix/store/source");
      const found = nix?.filesIn("source") ?? [];
      expect(found).toContainEqual(
        [
          ".cargo/config.toml",
          "Cargo.lock",
          "Cargo.toml",
          "assets/.hidden",
          "gantry.config.ts",
          "src/main.rs",
          "styles/a.css",
          "styles/b.scss",
          "styles/c.less",
        ].filter((file) => file !== "gantry.config.ts"),
      );
    });

    test("the shell has the variables that `gantry env` gives, and installs the hooks", async () => {
      using project = await flakeOf({ ...descriptions.minimal, "gantry.config.ts": shellConfiguration });
      const printed = JSON.parse(await run(project, "print-dev-env", "--json"));
      const out = execFileSync(launcher, ["env", "--sh", "-q", "--store", project.store], {
        cwd: project.root,
        encoding: "utf8",
        env: project.env,
      });
      const names = ["DATABASE_URL", "NOTE", "RUST_BACKTRACE"];
      const print = names.map((name) => `printf '%s\\n' "$${name}"`).join("; ");
      const described = execFileSync("dash", ["-c", `${out}\n${print}`], {
        encoding: "utf8",
        env: {},
        cwd: project.root,
      });
      const value = (name: string) => printed.variables[name]?.value;
      expect(`${names.map(value).join("\n")}\n`).toBe(described);
      expect(value("PKG_CONFIG")).toBe(`${stored("pkg-config")}/bin/pkg-config`);
      expect(value("shellHook")).toBe(
        "echo installing the hooks\nexport DATA=\"$PWD\"/data\necho 'welcome'\n",
      );
    });

    test("the same .envrc takes the flake where Nix is", async () => {
      using project = await flakeOf({ ...descriptions.minimal, "gantry.config.ts": shellConfiguration });
      await project.gantry(["eject", "envrc", "-q"]);
      if (!nix || spawnSync("direnv", ["version"]).status !== 0)
        return notCovered("direnv with Nix", "direnv (apt install direnv)");
      // What the stand-ins are has to be in the lock, since nobody tells direnv.
      const locked = await nix.nix(project.root, "flake", "lock", ...standIns(project), "--quiet");
      expect({ status: locked.status, err: locked.status === 0 ? "" : locked.err }).toEqual({
        status: 0,
        err: "",
      });
      execFileSync("git", ["add", "--all", "--force"], { cwd: project.root });
      const env = { PATH: `${nix.bin}:${project.env.PATH}`, HOME: project.home };
      execFileSync("direnv", ["allow"], { cwd: project.root, env });
      const print = 'printf "%s\\n" "$DATABASE_URL" "$PKG_CONFIG" "$IN_NIX_SHELL"';
      const ran = spawnSync("direnv", ["exec", ".", "sh", "-c", print], {
        cwd: project.root,
        env,
        encoding: "utf8",
      });
      expect(ran.stdout.replaceAll(/\/nix\/store\/[a-z0-9]{32}-/g, "/nix/store/")).toBe(
        `sqlite:it's.db\n${stored("pkg-config")}/bin/pkg-config\nimpure\n`,
      );
    });

    test("what flake.local.nix says goes before, step by step", async () => {
      using project = await flakeOf({
        ...descriptions.minimal,
        "flake.local.nix": `{ pkgs, craneLib, src, ... }:
{
  packages.again = craneLib.buildPackage { inherit src; pname = "again"; };
  checks.more = pkgs.sqlite // { call = "mine"; };
}
`,
      });
      const { packages, checks } = await outputsOf(project);
      expect(Object.keys(packages)).toEqual(["again", "default"]);
      expect(checks).toEqual({});
      expect(JSON.parse(await run(project, "eval", "--json", `.#checks.${system}.more.call`))).toBe("mine");
    });

    test("repositories are fetched at the lock's commits, by branch, tag and commit alone", async () => {
      using project = tempProject(descriptions.minimal ?? {});
      const repository = join(project.home, "wire");
      mkdirSync(repository, { recursive: true });
      const git = (...args: readonly string[]) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
          cwd: repository,
          encoding: "utf8",
        }).trim();
      git("init", "-q", "-b", "main");
      const commit = (text: string) => {
        writeFileSync(join(repository, "said"), text);
        git("add", "said");
        git("commit", "-qm", text);
        return git("rev-parse", "HEAD");
      };
      const tagged = commit("tagged");
      git("tag", "v1");
      git("checkout", "-qb", "feature/x");
      const branched = commit("branched");
      git("checkout", "-q", "main");
      const url = `git+file://${repository}`;
      const entry = (name: string, query: string) =>
        `[[package]]\nname = "${name}"\nversion = "1.0.0"\nsource = "${url}${query}"\n`;
      project.write(
        "Cargo.lock",
        [
          "version = 4\n",
          entry("a", `?tag=v1#${tagged}`),
          entry("b", `?branch=feature%2Fx#${branched}`),
          entry("c", `?rev=${branched}#${branched}`),
        ].join("\n"),
      );
      cpSync(inputs, join(project.home, "inputs"), { recursive: true });
      execFileSync("git", ["init", "-q"], { cwd: project.root });
      expect((await project.gantry(["eject", "flake", "-q"])).err).toBe("");
      execFileSync("git", ["add", "--all"], { cwd: project.root });
      const names = [...project.read("flake.nix").matchAll(/^ {4}(wire\d?) = \{/gm)].map(
        ([, name = ""]) => name,
      );
      const said = `outputs: map (name: builtins.readFile "\${outputs.\${name}}/said") ${JSON.stringify(names).replaceAll(",", " ")}`;
      expect(names).toEqual(["wire", "wire2", "wire3"]);
      project.write(
        "flake.nix",
        project
          .read("flake.nix")
          .replace(
            /^ {4}flake-utils\.lib\.eachDefaultSystem[\s\S]*/m,
            `{ said = (${said}) { inherit ${names.join(" ")}; }; };\n}\n`,
          ),
      );
      const standIn = standIns(project).filter(
        (_, index, all) => !all[index - (index % 3) + 1]?.startsWith("wire"),
      );
      if (!nix) throw new Error("no Nix");
      const ran = await nix.nix(
        project.root,
        "eval",
        "--json",
        ".#said",
        ...standIn,
        "--no-write-lock-file",
        "--quiet",
      );
      expect({ status: ran.status, err: ran.status === 0 ? "" : ran.err }).toEqual({ status: 0, err: "" });
      expect(JSON.parse(ran.out)).toEqual(["tagged", "branched", "branched"]);
    });
  },
);
