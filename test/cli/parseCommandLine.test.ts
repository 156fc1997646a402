import { expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { type CommandEntry, commands } from "../../src/cli/commands.ts";
import { helpText } from "../../src/cli/help.ts";
import { parseCommandLine } from "../../src/cli/parseCommandLine.ts";
import { renderDiagnostic } from "../../src/cli/reporter/renderDiagnostic.ts";
import { paint } from "../../src/cli/reporter/text.ts";
import { nothingChosen } from "../../src/command/build/selection.ts";

/** Commands that give their options back. */
const names = ["build", "run", "check", "log", "develop", "store gc", "completions"];
const entries = commands.filter(({ name }) => names.includes(name)).map(echo);
const place = { from: "/work", look: { colors: false, columns: 80 } };

function echo(entry: CommandEntry): CommandEntry {
  return {
    ...entry,
    load: async () => ({
      ...(await entry.load()),
      run: async (options) => ok({ stdout: JSON.stringify(options) }),
    }),
  };
}

/** The options that a command line gives its command. */
async function options(line: string): Promise<unknown> {
  const parsed = await parseCommandLine(entries, words(line), place);
  if (!parsed.ok || parsed.value.type !== "run") throw new Error("not understood");
  const { name, command, global, args } = parsed.value;
  const signal = new AbortController().signal;
  const outcome = await command.run({ ...global, signal, ...command.read(args) }, () => undefined);
  return outcome.ok ? { command: name, ...JSON.parse(outcome.value.stdout ?? "") } : undefined;
}

async function said(line: string): Promise<string> {
  const parsed = await parseCommandLine(entries, words(line), place);
  if (parsed.ok) return parsed.value.type === "print" ? parsed.value.text : "understood";
  expect(parsed.error.status).toBe(2);
  return `\n${renderDiagnostic(parsed.error, { level: "error", paint: paint(false) })}\n`;
}

function words(line: string): readonly string[] {
  return line.split(" ").filter((word) => word !== "");
}

const none = {
  cwd: "/work",
  keepGoing: false,
  offline: false,
  frozen: false,
  rebuild: false,
  cacheReport: false,
  sandbox: "auto",
  verbosity: 0,
  signal: {},
};

test("a command alone has every default", async () => {
  expect(await options("build")).toEqual({ ...none, command: "build", chosen: nothingChosen });
});

test("common flags stand before or after the command", async () => {
  const all = "-C app -j 4 --keep-going --offline --frozen --rebuild --store s --sandbox none -vv";
  const expected = {
    ...none,
    command: "check",
    cwd: "/work/app",
    jobs: 4,
    keepGoing: true,
    offline: true,
    frozen: true,
    rebuild: true,
    store: "/work/s",
    sandbox: "none",
    verbosity: 2,
    names: ["clippy", "fmt"],
    chosen: nothingChosen,
    list: false,
    watch: false,
    report: undefined,
  };
  expect(await options(`${all} check clippy fmt`)).toEqual(expected);
  expect(await options(`check ${all} clippy fmt`)).toEqual(expected);
});

test("paths of a command are relative to where it acts", async () => {
  const line = "build web -C app -p a -p b --profile dev --target wasm32-unknown-unknown --out-link out -q";
  expect(await options(line)).toEqual({
    ...none,
    command: "build",
    cwd: "/work/app",
    verbosity: -1,
    name: "web",
    chosen: {
      ...nothingChosen,
      selection: {
        args: ["--package", "a", "--package", "b"],
        profile: "dev",
        platform: "wasm32-unknown-unknown",
      },
    },
    outLink: "/work/app/out",
  });
});

test("what follows `--` is for the program, whatever it looks like", async () => {
  expect(await options("run -- --offline -x -- y")).toEqual({
    ...none,
    command: "run",
    chosen: nothingChosen,
    args: ["--offline", "-x", "--", "y"],
  });
  expect(await said("build -- x")).toBe(`
error[usage]: unexpected argument \`x\` found after \`--\`
  = help: gantry build --help
`);
});

test("sizes and ages are numbers", async () => {
  expect(await options("store gc --max-size 1.5G --older-than 30d --dry-run")).toEqual({
    ...none,
    command: "store gc",
    maxBytes: 1_610_612_736,
    keepSeconds: 2_592_000,
    dryRun: true,
    automatic: false,
  });
});

test("a mistake is named in Cargo's words, with what was probably meant", async () => {
  const lines = [
    "biuld",
    "clippy",
    "run --port 80",
    "build --profil dev",
    "build --profile",
    "build a b",
    "log",
    "store prune",
    "check --sandbox docker",
    "check -j 0",
    "store gc --max-size big",
    "store gc --older-than 30m",
    "completions tcsh",
  ];
  const messages = await Promise.all(lines.map(said));
  expect(messages.join("")).toBe(`
error[usage]: no such command: \`biuld\`
  = help: a command with a similar name exists: \`build\`
  = help: gantry --help

error[usage]: no such command: \`clippy\`
  = help: it is a check: gantry check clippy
  = help: gantry --help

error[usage]: unexpected argument \`--port\` found
  = help: options of what is run stand after \`--\`
  = help: gantry run --help

error[usage]: unexpected argument \`--profil\` found
  = help: a similar argument exists: \`--profile\`
  = help: gantry build --help

error[usage]: \`--profile <PROFILE>\` needs a value and got none
  = help: gantry build --help

error[usage]: unexpected argument \`b\` found: one \`<NAME>\` is taken, and that is \`a\`
  = help: gantry build --help

error[usage]: \`<NAME>\` is required and was not given
  = help: gantry log --help

error[usage]: no such command: \`prune\`
  = help: gantry store --help

error[usage]: invalid value \`docker\` for \`--sandbox <LEVEL>\`
  = help: possible values: \`full\`, \`landlock\`, \`none\`, \`auto\`, \`bwrap\`
  = help: gantry --help

error[usage]: invalid value \`0\` for \`-j, --jobs <N>\`
  = help: it is not a positive number
  = help: gantry --help

error[usage]: invalid value \`big\` for \`--max-size <SIZE>\`
  = help: it is not a size like \`500M\` or \`20G\`
  = help: gantry store gc --help

error[usage]: invalid value \`30m\` for \`--older-than <AGE>\`
  = help: it is not an age like \`12h\`, \`30d\` or \`2w\`
  = help: gantry store gc --help

error[usage]: invalid value \`tcsh\` for \`<SHELL>\`
  = help: possible values: \`bash\`, \`zsh\`, \`fish\`
  = help: gantry completions --help
`);
});

test("a command that lacks the option before it is told where it stands", async () => {
  const lines = [
    "cargo test",
    "cargo --version",
    "cargo build --release",
    "-- cargo test -p app",
    "cargo 'a",
  ];
  expect(await Promise.all(lines.map((line) => said(`develop ${line}`)))).toMatchInlineSnapshot(`
    [
      "
    error[usage]: unexpected argument \`test\` found
      = help: a command to run stands after \`-c\`: gantry develop -c cargo test
      = help: gantry develop --help
    ",
      "
    error[usage]: unexpected argument \`--version\` found
      = help: a command to run stands after \`-c\`: gantry develop -c cargo --version
      = help: gantry develop --help
    ",
      "
    error[usage]: unexpected argument \`--release\` found
      = help: a command to run stands after \`-c\`: gantry develop -c cargo build --release
      = help: gantry develop --help
    ",
      "
    error[usage]: unexpected argument \`cargo\` found after \`--\`
      = help: a command to run stands after \`-c\`: gantry develop -c cargo test -p app
      = help: gantry develop --help
    ",
      "
    error[usage]: unexpected argument \`'a\` found
      = help: a command to run stands after \`-c\`: gantry develop -c cargo ''\\''a'
      = help: gantry develop --help
    ",
    ]
  `);
  expect(await said("develop ci --shel bash")).toContain("a similar argument exists: `--shell`");
  expect(await said("develop --version")).toMatch(/^gantry /);
});

test("the help of a command teaches by example", async () => {
  expect(await said("run --help")).toMatchSnapshot();
  expect(await said("help store")).toMatchSnapshot();
  expect(await said("")).toMatchSnapshot();
});

test("a group says what it is for, and its commands before the options", () => {
  const start = (path: string) =>
    helpText({ path, command: undefined, entries: commands }, { colors: false, columns: 80 })
      .split("\n")
      .slice(0, 5);
  const usage = (path: string) => `Usage: gantry ${path} [OPTIONS] COMMAND`;
  expect(start("cache")).toEqual([usage("cache"), "", "the cache that a team shares", "", "Commands:"]);
  expect(start("cache key")).toEqual([
    ...[usage("cache key"), "", "keys that results are signed with", "", "Commands:"],
  ]);
});

test("help is asked for in several ways", async () => {
  const help = await said("store gc --help");
  expect(help).toContain("Usage: gantry store gc [OPTIONS]\n");
  for (const line of ["help store gc", "store help gc", "-h store gc", "store gc --bogus -h"]) {
    expect(await said(line)).toBe(help);
  }
  expect(await said("help")).toBe(await said("--help"));
  expect(await said("help help")).toBe(await said("help"));
});

test("of a command that there is not, help is an error", async () => {
  for (const line of ["biuld --help", "help biuld", "-h biuld"])
    expect(await said(line)).toBe(await said("biuld"));
  expect(await said("biuld")).toContain("no such command: `biuld`");
  expect(await said("store prune --help")).toBe(await said("store prune"));
});

test("a command that cannot do without another one has that in its usage", async () => {
  const { gantryWith } = await import("../../src/command/with/with.ts");
  const help = helpText(
    { path: "with", command: gantryWith, entries: commands },
    { colors: false, columns: 80 },
  );
  expect(help).toContain("Usage: gantry with [OPTIONS] <DEP=PATH...> -- COMMAND [ARGS...]\n");
});

test("an option before the command's name is everybody's, and a flag has no value", async () => {
  const messages = await Promise.all(
    ["-p x build", "store -n gc", "build --offline=yes", "build -vx"].map(said),
  );
  expect(messages.join("")).toBe(`
error[usage]: unexpected argument \`-p\` found
  = help: gantry --help

error[usage]: unexpected argument \`-n\` found
  = help: gantry store --help

error[usage]: unexpected argument \`--offline=yes\` found
  = help: gantry --help

error[usage]: unexpected argument \`-x\` found
  = help: gantry build --help
`);
});

test("the version", async () => {
  expect(await said("-V")).toMatch(/^gantry \d+\.\d+\.\d+\n$/);
  for (const line of ["--version biuld", "build --version", "store -V gc"])
    expect(await said(line)).toBe(await said("-V"));
});

test("of a command that there is not, the version is an error, as of a program that Cargo does not find", async () => {
  expect(await said("biuld --version")).toBe(await said("biuld"));
  expect(await said("store prune -V")).toBe(await said("store prune"));
});
