import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isOnPath } from "../../../src/tree/files.ts";
import { launcher } from "../../rig/gantry.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { tempProject } from "../../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "greeting.ts": 'export const greeting = "hello";\n',
  "gantry.config.ts": `import { defineProject } from "gantry";
import { greeting } from "./greeting.ts";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
  devShells: {
    default: crane.devShell({ env: { GREETING: greeting } }),
    second: crane.devShell({ env: { SECOND: "it's $HOME" }, shellHook: 'export HOOKED="$SECOND"; return 0' }),
  },
}));
`,
});
project.lock();
afterAll(() => project[Symbol.dispose]());

const base = dirname(project.root);
const bin = `${base}/bin`;
mkdirSync(bin);
symlinkSync(launcher, `${bin}/gantry`);
const env = {
  ...project.env,
  HOME: base,
  XDG_CACHE_HOME: `${base}/cache`,
  PATH: `${bin}:${project.env.PATH}`,
};

/** What a shell prints, and what direnv says in it. */
function run(shell: string, script: string): { readonly out: string; readonly said: string } {
  const words = shell === "fish" ? ["--no-config", "-c"] : shell === "bash" ? ["--norc", "-c"] : ["-f", "-c"];
  const { stdout, stderr } = spawnSync(shell, [...words, script], { cwd: "/", env, encoding: "utf8" });
  return { out: stdout, said: stderr };
}

const loads = (said: string) => said.match(/direnv: loading/g)?.length ?? 0;

test.each(["bash", "zsh", "fish"])("direnv enters, changes and leaves a project in %s", async (shell) => {
  if (!isOnPath("direnv", env) || !isOnPath(shell, env))
    return notCovered("direnv", `direnv and ${shell} (apt install direnv ${shell})`);
  project.write("greeting.ts", 'export const greeting = "hello";\n');
  await project.gantry(["eject", "envrc"]);
  expect(run("bash", `cd ${project.root} && direnv allow`).said).toBe("");
  const at = shell === "fish" ? "direnv export fish | source" : `eval "$(direnv export ${shell})"`;
  const tell = 'echo "$GREETING|$GANTRY_SHELL|"(command -v rustc)';
  const said = shell === "fish" ? tell : tell.replace("(command -v rustc)", "$(command -v rustc)");
  const { out, said: log } = run(
    shell,
    [
      ...[`cd ${project.root}`, at, said],
      ...["echo '// an edit' >> src/main.rs; echo more >> README.md", at, said],
      // direnv compares times in whole seconds (2.32).
      ...[
        `echo 'export const greeting = "good day";' > greeting.ts; touch -d '+2 seconds' greeting.ts`,
        at,
        said,
      ],
      ...["cd /", at, said],
    ].join("\n"),
  );
  const lines = out.trimEnd().split("\n");
  const [first = "", second, third = "", last = ""] = lines;
  expect(first).toMatch(/^hello\|default\|\/.*\/toolchains\/.*\/bin\/rustc$/);
  expect(second).toBe(first);
  expect(third).toBe(first.replace("hello", "good day"));
  expect(last).toMatch(/^\|\|/);
  expect(last).not.toContain(first.split("|")[2]);
  expect(loads(log)).toBe(2);
});

test("while the description cannot be read, the environment is the one before; without one, it is not loaded", () => {
  if (!isOnPath("direnv", env)) return notCovered("direnv", "direnv (apt install direnv)");
  const enter = `cd ${project.root}; eval "$(direnv export bash)"; echo "$GREETING|$GANTRY_SHELL"`;
  expect(run("bash", enter).out).toBe("good day|default\n");
  const configuration = project.read("gantry.config.ts");
  project.write("gantry.config.ts", "export default {");
  const kept = run("bash", enter);
  expect(kept.out).toBe("good day|default\n");
  expect(kept.said).toContain("the environment is still the last one that Gantry could make");
  expect(kept.said).toContain("gantry.config.ts");
  rmSync(`${project.root}/.gantry/shell`, { recursive: true });
  const failed = run("bash", enter);
  expect(failed.out).toBe("|\n");
  expect(failed.said).toMatch(/configuration-syntax.*exit status 1/s);
  project.write("gantry.config.ts", configuration);
  expect(run("bash", enter).out).toBe("good day|default\n");
});

test("another shell is entered by the user's own .envrc.local", () => {
  if (!isOnPath("direnv", env)) return notCovered("direnv", "direnv (apt install direnv)");
  project.write(".envrc.local", 'eval "$(gantry env second --direnv)"\n');
  const enter = `cd ${project.root}/src; eval "$(direnv export bash)"; echo "$SECOND|$HOOKED|$GANTRY_SHELL"`;
  expect(run("bash", enter).out).toBe("it's $HOME|it's $HOME|second\n");
  rmSync(`${project.root}/.envrc.local`);
});

test("where nothing changed, Gantry is not started; where it is not, the variables are there", () => {
  if (!isOnPath("direnv", env)) return notCovered("direnv", "direnv (apt install direnv)");
  const enter = `cd ${project.root}; eval "$(direnv export bash)"; echo "$GREETING|$GANTRY_SHELL"`;
  expect(run("bash", enter).out).toBe("good day|default\n");
  rmSync(`${bin}/gantry`);
  symlinkSync("/bin/false", `${bin}/gantry`);
  expect(run("bash", enter).out).toBe("good day|default\n");
  rmSync(`${bin}/gantry`);
  // Ejected for the greeting that was.
  const { out, said } = run("bash", enter);
  expect(out).toBe("hello|\n");
  expect(said).toContain("neither Nix nor Gantry is here");
  project.write(".env", "# Written by setup.sh, from here\nGREETING='of setup.sh'\n# to here.\n");
  expect(run("bash", enter).out).toBe("of setup.sh|\n");
  rmSync(`${project.root}/.env`);
});

test("where Nix and a flake are, the flake counts", () => {
  if (!isOnPath("direnv", env)) return notCovered("direnv", "direnv (apt install direnv)");
  // What `use flake` asks of Nix is the environment as a text (direnv 2.32).
  project.write("flake.nix", "{ }\n");
  writeFileSync(
    `${bin}/nix`,
    '#!/bin/sh\ncase " $* " in *" print-dev-env "*) echo "export GREETING=\'of the flake\'" ;; esac\n',
  );
  chmodSync(`${bin}/nix`, 0o755);
  const enter = `cd ${project.root}; eval "$(direnv export bash)"; echo "$GREETING|$GANTRY_SHELL"`;
  expect(run("bash", enter).out).toBe("of the flake|\n");
  rmSync(`${bin}/nix`);
  rmSync(`${project.root}/flake.nix`);
});
