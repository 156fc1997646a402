import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shownInShell } from "../rig/shownInShell.ts";
import { tempProject } from "../rig/tempProject.ts";
import { writeFiles } from "../rig/writeFiles.ts";

const values = {
  SPACE: "a path/with spaces",
  QUOTES: `it's "so" '' \\' r#'raw'##`,
  MANY: "first\nsecond\n",
  DOLLARS: "$HOME `id` $(id) \\$ %s !! *",
  UNICODE: "grün → 木",
  EMPTY: "",
  END: "ends with \\",
};

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
  devShells: { second: crane.devShell({ env: ${JSON.stringify(values)} }) },
}));
`,
});
afterAll(() => project[Symbol.dispose]());

const home = dirname(project.root);
const nu = join(home, "nushell/node_modules/.bin/nu");

beforeAll(() => {
  project.lock();
  // The package has the program in it; its versions are Nushell's.
  execFileSync("npm", ["install", "--silent", "--prefix", join(home, "nushell"), "nushell@0.115.1"]);
  writeFiles(home, {
    ".config/nushell/config.nu":
      '$env.config.show_banner = false\n$env.PATH = ($env.PATH | prepend "~/.cargo/bin")\n$env.SPACE = "mine"\ndef own [] { print "own alias" }\n',
    "tell.cjs": `process.stdout.write(JSON.stringify([process.env.GANTRY_SHELL, process.env._GANTRY_0, ${JSON.stringify(Object.keys(values))}.map((name) => process.env[name])]))`,
  });
  mkdirSync(`${home}/.cargo/bin`, { recursive: true });
  writeFileSync(`${home}/.cargo/bin/cargo`, "#!/bin/sh\necho another cargo\n");
  chmodSync(`${home}/.cargo/bin/cargo`, 0o755);
});

const env = () => ({ ...project.env, PATH: `${dirname(nu)}:${project.env.PATH}` });

test("what is printed by --nu has its values in Nushell", async () => {
  const printed = await project.gantry(["env", "second", "--nu"]);
  writeFileSync(`${home}/env.nu`, printed.out);
  const script = `source ${home}/env.nu; ^'${process.execPath}' ${home}/tell.cjs`;
  const { stdout } = spawnSync(nu, ["--no-config-file", "-c", script], { encoding: "utf8", env: env() });
  expect(JSON.parse(stdout)).toEqual(["second", null, Object.values(values)]);
});

test("Nushell is entered with its own configuration, which undoes nothing", async () => {
  const told = `${home}/told.json`;
  const typed = [`own; cargo --version; ^'${process.execPath}' ${home}/tell.cjs | save ${told}; exit 5\r`];
  const { text, status } = await shownInShell(project, {
    words: ["second", "--shell", "nu"],
    ...{ home, mark: "(gantry:second) ", typed, env: { ...env(), TERM: "xterm" } },
  });
  expect(text).toMatch(/^own alias$/m);
  expect(text).toMatch(/^cargo \d+\.\d+/m);
  expect(JSON.parse(readFileSync(told, "utf8"))).toEqual(["second", null, Object.values(values)]);
  expect(status).toBe(5);
});

test("Nushell runs commands that come from the standard input", async () => {
  const script = 'printf \'print $env.SPACE\\nexit 6\\n\' | "$0" "$@"';
  const ran = await project.gantry(["--store", project.store, "develop", "second", "--shell", nu], {
    through: ["sh", "-c", script],
  });
  expect([ran.status, ran.out, ran.err]).toEqual([6, `${values.SPACE}\n`, ""]);
});
