import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { workDirectory } from "./workDirectory.ts";

// Writes `docs/three-ways.md`: each variable and tool of the example, by `gantry develop`, by direnv, and as setup.sh leaves it.

await using work = await workDirectory("ways");
const example = join(import.meta.dirname, "../examples/parcels");
const project = join(work.path, "parcels");
const tracked = await execa("git", ["ls-files"], { cwd: example });
for (const path of tracked.stdout.split("\n")) {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await cp(join(example, path), join(project, path));
}
await rm(join(project, "every-check.config.ts"), { force: true });
await execa("git", ["init", "--quiet"], { cwd: project });
const gantry = (...words: readonly string[]) => execa(gantryCommand, [...words, "--quiet"], { cwd: project });
for (const kind of ["setup", "envrc"]) await gantry("eject", kind);

const tools = ["rustc", "cargo", "cargo-clippy", "rustfmt", "protoc"];
const report = join(work.path, "report.sh");
await writeFile(
  report,
  `for tool in ${tools.join(" ")}; do printf '%s\\t%s\\t%s\\0' "$tool" "$(command -v "$tool")" "$("$tool" --version 2>&1 | head -n 1)"; done\nprintf '\\0'\nenv -0\n`,
);

type Way = { readonly tools: ReadonlyMap<string, string>; readonly variables: ReadonlyMap<string, string> };

const onPath = `${dirname(gantryCommand)}:${process.env.PATH}`;
const xdg = { XDG_DATA_HOME: join(work.path, "data"), XDG_CONFIG_HOME: join(work.path, "config") };
await execa("direnv", ["allow"], { cwd: project, env: xdg });
const printed = await execa("sh", ["setup.sh", "--print"], { cwd: project });
const dotenv = printed.stdout.split("\n").flatMap((line) => (line.startsWith("    ") ? [line.slice(4)] : []));
const ways: Readonly<Record<string, Way>> = {
  "`gantry develop`": read((await gantry("develop", "-c", "sh", report)).stdout),
  direnv: read(
    (await execa("direnv", ["exec", ".", "sh", report], { cwd: project, env: { ...xdg, PATH: onPath } }))
      .stdout,
  ),
  "`setup.sh`": read(
    (await execa("sh", ["-c", `set -a\n${dotenv.join("\n")}\nset +a\n. "$0"`, report], { cwd: project }))
      .stdout,
  ),
};

const before = read((await execa("sh", [report], { cwd: project })).stdout);
const isOfTheWay = (name: string) =>
  !/^(PATH|PWD|OLDPWD|_|SHLVL|DIRENV_.*|GANTRY_.*|XDG_.*)$/.test(name) &&
  Object.values(ways).some(({ variables }) => variables.get(name) !== before.variables.get(name));
const names = [...new Set(Object.values(ways).flatMap(({ variables }) => [...variables.keys()]))];
const rows = [
  ...names
    .filter(isOfTheWay)
    .sort()
    .map((name) => [
      `\`${name}\``,
      ...Object.values(ways).map(({ variables }) => shown(variables.get(name))),
    ]),
  ...tools.map((tool) => [`\`${tool}\``, ...Object.values(ways).map((way) => shown(way.tools.get(tool)))]),
];

await writeFile(
  join(import.meta.dirname, "../docs/three-ways.md"),
  `# Three ways to one environment

What the [example](../examples/parcels) gives a developer by [\`gantry develop\`](dev-shell.md), by [direnv](dev-shell.md#direnv) with
the \`.envrc\` of \`gantry eject envrc\`, and as [\`setup.sh\`](setup.md) leaves a machine: each variable that one of them sets, and each
tool, with its value in each. Of \`PATH\` it is told by where the tools lie. The first two also set \`GANTRY_SHELL\` and
\`GANTRY_SHELL_ROOT\`, by which programs find out where they run. Written by \`node scripts/threeWays.ts\`, on one machine.

${markdownTable(["", ...Object.keys(ways)], rows)}

The toolchain is one: by rustup's links in \`~/.cargo/bin\`, or from its own directory. [A test](../test/eject/oneInterface.test.ts)
sees to it that all of them, hooks and CI name the same.
`,
);

function read(text: string): Way {
  const [first = "", rest = ""] = text.split("\0\0");
  const rowsOf = first.split("\0").map((row) => row.split("\t"));
  const variables = rest.split("\0").flatMap((line) => {
    const at = line.indexOf("=");
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  return {
    tools: new Map(rowsOf.map(([tool = "", path = "", version = ""]) => [tool, `${path}: ${version}`])),
    variables: new Map(variables),
  };
}

function shown(value: string | undefined): string {
  if (value === undefined) return "not set";
  const short = value.replaceAll(project, "PROJECT").replaceAll(homedir(), "~");
  return `\`${short.replace(/\/trees\/[0-9a-f]{64}/g, "/trees/…")}\``;
}
