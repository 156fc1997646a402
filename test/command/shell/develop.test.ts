import { chmodSync, existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { launcher } from "../../rig/gantry.ts";
import { tempProject } from "../../rig/tempProject.ts";

const shells = `{
      default: crane.devShell({
        checks: { fmt },
        packages: [pkg({ name: "env", bins: ["env"], names: { apt: "coreutils" } })],
        env: { DATABASE_URL: "sqlite:/build/source/dev.db", API_TOKEN: "c0ffee-1234" },
        shellHook: 'export HOOKED="$DATABASE_URL"; PATH="$PWD/bin:$PATH"; echo "hook in $PWD"',
      }),
      hooked: crane.devShell({ shellHook: "export DB_PASS=hunter2x" }),
      long: crane.devShell({ env: Object.fromEntries([...Array(70).keys()].map((at) => [\`V\${at}\`, "a".repeat(99999)])) }),
      failing: crane.devShell({ shellHook: "exit 3" }),
      broken: crane.devShell({ shellHook: "if then" }),
      absent: crane.devShell({ packages: [pkg({ name: "nowhere", names: { apt: "gantry-nowhere" } })] }),
      slow: crane.devShell({ shellHook: "sleep 1.5; echo at last" }),
      odd: crane.devShell({ env: { LINES_OF_IT: "a\\nb" } }),
      plain: crane.devShell({ env: { GREETING: "it's" } }),
    }`;

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "gantry.config.ts": `import { defineProject, pkg } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const fmt = crane.cargoFmt({ src });
  return { packages: { default: crane.buildPackage({ src }) }, devShells: ${shells} };
});
`,
});
project.lock();
afterAll(() => project[Symbol.dispose]());

/** The store is named first: after `-c` all words are the command's. */
const inShell = (...words: string[]) => project.gantry(["--store", project.store, "develop", ...words]);

test("a command runs in the environment, with its own exit status", async () => {
  const ran = await inShell(
    "-c",
    "sh",
    "-c",
    'echo "$DATABASE_URL|$HOOKED|$API_TOKEN|$PATH|$GANTRY_SHELL"; exit 7',
    "--",
    "-c",
  );
  const [url, hooked, token, path = "", name] = ran.out.trim().split("|");
  const url_ = `sqlite:${project.root}/dev.db`;
  expect({ status: ran.status, url, hooked, token, name }).toEqual({
    status: 7,
    ...{ url: url_, hooked: url_, token: "c0ffee-1234", name: "default" },
  });
  expect(ran.err).toContain(`hook in ${project.root}`);
  const [own, toolchain, programs = ""] = path.split(":");
  expect(own).toBe(`${project.root}/bin`);
  expect(existsSync(`${toolchain}/rustc`)).toBe(true);
  expect(existsSync(`${programs}/env`)).toBe(true);
});

test("variables of the user that are no UTF-8 arrive as they are", async () => {
  const told = "X=$'a\\xffb %\\n'; Y=$'ä\\xe4\\'\"$('; export X Y";
  const words = ["develop", "-c", "sh", "-c", 'printf "%s|%s|%s" "$X" "$Y" "$HOOKED" | od -An -tx1'];
  const run = `${told}; exec "$@"`;
  const ran = await project.gantry(["--store", project.store, ...words], {
    through: ["bash", "-c", run, "bash"],
  });
  const bytes = Buffer.concat([Buffer.from([0x61, 0xff, 0x62]), Buffer.from(" %\n|ä"), Buffer.from([0xe4])]);
  expect(ran.out.replace(/\s/g, "")).toContain(
    `${bytes.toString("hex")}${Buffer.from("'\"$(|sqlite:").toString("hex")}`,
  );
});

test("a signal that ends it is told as by shells", async () => {
  expect((await inShell("plain", "-c", "sh", "-c", "kill -TERM $$")).status).toBe(143);
});

test("commands from the standard input are run without a prompt, and their exit status is Gantry's", async () => {
  const script = 'echo "echo \\"\\$GREETING|\\$-\\"; exit 3" | "$0" "$@"';
  const words = ["--store", project.store, "develop", "plain", "--shell", "bash"];
  const ran = await project.gantry(words, { through: ["sh", "-c", script] });
  expect({ status: ran.status, out: ran.out, err: ran.err }).toEqual({
    status: 3,
    out: expect.stringMatching(/^it's\|[^i]*\n$/),
    err: "",
  });
});

test("a `shellHook` that takes its time is said to run", async () => {
  expect((await inShell("slow", "-c", "true")).err).toBe("note: the `shellHook` runs …\nat last\n");
  expect((await inShell("plain", "-c", "true")).err).toBe("");
});

test("a value that no `.env` can have is told with its place", async () => {
  const ran = await project.gantry(["env", "odd", "--dotenv"]);
  expect(ran.err).toMatch(/error\[dotenv-value\]: .*`LINES_OF_IT`.*\n +--> gantry\.config\.ts:\d+:\d+\n/);
  expect(ran.err).toContain('shellHook: "export LINES_OF_IT=…"');
});

test.each([
  [["failing", "-c", "true"], 1, "error[shell-hook]: the `shellHook` of the dev shell failed"],
  [["broken", "-c", "true"], 1, "error[shell-hook]: the `shellHook` of the dev shell failed"],
  [["absent", "-c", "true"], 1, "error[native-missing]: the native package `nowhere` is not installed"],
  [["plan", "-c", "true"], 2, "did you mean `plain`?"],
  [["plain", "-c", "cargo build"], 127, "gantry develop -c sh -c 'cargo build'"],
  [["plain", "-c", "nowhere"], 127, "the dev shell has no program `nowhere`"],
  [["plain", "-C", "src", "-c", "./nowhere"], 127, "/src/nowhere`"],
  [["plain", "-C", "src", "-c", "./main.rs"], 126, "could not run `./main.rs`"],
  [["plain", "-c", "/"], 126, "could not run `/`"],
  [["long", "-c", "true"], 126, "error[variable-too-long]: `true` cannot get all variables and arguments"],
  [["plain", "--shell", "/nowhere/zsh"], 127, "there is no shell `/nowhere/zsh`"],
  [["cargo"], 2, "to run the program: gantry develop -c cargo"],
] as const)("what goes wrong is said: %j", async (words, status, message) => {
  const ran = await inShell(...words);
  expect(ran.err).toContain(message);
  expect(ran.status).toBe(status);
});

test("what looks like a secret is printed for nobody, and kept nowhere", async () => {
  const ran = await project.gantry(["env", "--direnv"]);
  expect(ran.err).toContain("error[secret-in-env]: `API_TOKEN` looks like a secret");
  expect(ran.out + ran.err).not.toContain("c0ffee");
  const hooked = await project.gantry(["env", "--direnv", "hooked"]);
  expect(hooked.err).toContain(
    "error[secret-in-env]: the `shellHook` has `DB_PASS`, which looks like a secret",
  );
  expect(hooked.out + hooked.err).not.toContain("hunter2x");
  expect(existsSync(`${project.root}/.gantry/shell`)).toBe(false);
});

test("of files that are saved while it is made nothing is kept: it may be of what they were before", async () => {
  using edited = tempProject(
    {
      "Cargo.toml": project.read("Cargo.toml"),
      "Cargo.lock": project.read("Cargo.lock"),
      "src/main.rs": "fn main() {}\n",
      ".cargo/config.toml": "# first\n",
      "gantry.config.ts": `import { appendFileSync } from "node:fs";
import { defineProject } from "gantry";

const { SAVED } = process.env;
if (SAVED !== undefined) appendFileSync(SAVED, "# more\\n");
export default defineProject(({ crane }) => ({
  packages: {},
  devShells: { default: crane.devShell({}) },
}));
`,
    },
    { store: project.store },
  );
  const made = async (env: Readonly<Record<string, string>> = {}) => {
    const ran = await edited.gantry(["env", "--direnv"], { env });
    expect(ran.status, ran.err).toBe(0);
    return existsSync(`${edited.root}/.gantry/shell/default.sh`);
  };
  expect(await made({ SAVED: `${edited.root}/.cargo/config.toml` })).toBe(false);
  expect(await made()).toBe(true);
});

test("for direnv it is kept in the project, and printed all the same where it cannot be", async () => {
  const ran = await project.gantry(["env", "--direnv", "plain"]);
  expect(ran.out).toContain("export GREETING='it'\\''s'\n");
  const kept = readFileSync(`${project.root}/.gantry/shell/plain.sh`, "utf8");
  expect(kept).toMatch(
    /^# Written by `gantry env --direnv`.*\n\[\[ -n "\$\{gantry_anyway-\}" \|\| "\$\(stat /,
  );
  expect(kept).toContain(ran.out);
  project.write("sealed/Cargo.toml", project.read("Cargo.toml"));
  project.write("sealed/src/main.rs", "fn main() {}\n");
  project.write("sealed/Cargo.lock", project.read("Cargo.lock"));
  project.write("sealed/.gantry", "");
  const sealed = await project.gantry(["env", "--direnv", "-C", "sealed"]);
  expect({ status: sealed.status, said: sealed.out.includes("export GANTRY_SHELL=default") }).toEqual({
    status: 0,
    said: true,
  });
});

/** What `gantry doctor` says of the dev shell itself, however wide its columns are. */
function ofDevShell(out: string): string[] {
  return out
    .split("\n")
    .filter((line) => line.includes(" dev shell  ") && !line.includes("rust-src"))
    .map((line) => line.replaceAll(/ {2,}/g, "  "));
}

test("doctor looks at which programs come first", async () => {
  for (const name of ["cargo", "env"]) {
    project.write(`fakes/${name}`, "#!/bin/sh\n");
    chmodSync(`${project.root}/fakes/${name}`, 0o755);
  }
  const said = async (before: string) => {
    const script = `PATH=${before}$PATH; exec ${launcher} --store ${project.store} doctor`;
    return ofDevShell((await inShell("-c", "sh", "-c", script)).out);
  };
  expect(await said("")).toEqual([
    "ok  dev shell  `default`: its toolchain, one package, 2 variables: as the description says",
  ]);
  expect(await said(`${project.root}/fakes:`)).toEqual([
    `warning  dev shell  \`cargo\` is that of ${project.root}/fakes`,
    `warning  dev shell  \`env\` is ${project.root}/fakes/env`,
  ]);
});

test("doctor compares what is set with what is described", async () => {
  const said = async (words: readonly string[], env = {}) =>
    ofDevShell((await project.gantry([...words], { env })).out);
  expect(await said(["doctor"])).toEqual(["ok  dev shell  it is not entered: gantry develop"]);
  const wrong = await said(["doctor"], {
    GANTRY_SHELL: "plain",
    GANTRY_SHELL_ROOT: project.root,
    GREETING: "hello",
  });
  expect(wrong).toEqual(["warning  dev shell  `GREETING` is `hello`"]);
});
