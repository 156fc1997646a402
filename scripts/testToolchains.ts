import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { faultyServer } from "./faultyServer.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { type InstallTrial, installTrials } from "./installTrials.ts";
import { markdownTable } from "./markdownTable.ts";
import { packToolchain, sha256Of } from "./packedToolchain.ts";
import { removeTree } from "./removeTree.ts";
import { workDirectory } from "./workDirectory.ts";

const options = new Command("test:toolchains")
  .description("install a toolchain by rustup and by Gantry from a server on this machine, and compare them")
  .option(
    "--toolchain <name>",
    "an installed one, which the server is made of",
    "1.95.0-x86_64-unknown-linux-gnu",
  )
  .option("--only <text>", "only what has this in its name; the page in docs/ is then left alone", "")
  .parse()
  .opts<{ toolchain: string; only: string }>();

await using work = await workDirectory("toolchains");
const problems: string[] = [];
const packed = await packToolchain(options.toolchain, join(work.path, "dist"));
if (packed.further.length < 2)
  console.error("not covered: `rust-src` and a further target, which cannot be downloaded");
await using server = await faultyServer(packed.directory);

type Outcome = { readonly ok: boolean; readonly said: string; readonly directory: string | undefined };

const rows: string[][] = [];
for (const trial of installTrials(packed).filter(({ what }) => what.includes(options.only))) {
  const by: Record<string, Outcome> = { rustup: await byRustup(trial), gantry: await byGantry(trial) };
  for (const [who, { ok, said }] of Object.entries(by)) {
    if (ok !== (trial.works ?? false))
      problems.push(`${trial.what}: ${who} ${ok ? "works" : "fails"}: ${said}`);
  }
  const { rustup, gantry } = by;
  let last = ["", ""];
  if (rustup?.directory !== undefined && gantry?.directory !== undefined) {
    const differences = await compare(rustup.directory, gantry.directory);
    problems.push(...differences.map((each) => `${trial.what}: ${each}`));
    last = ["installs", `installs; ${differences.length === 0 ? "the trees are equal" : "the trees differ"}`];
  } else last = [cell(rustup?.said ?? ""), cell(gantry?.said ?? "")];
  rows.push([trial.what, ...last]);
  console.log(`${trial.what}\n--- rustup\n${rustup?.said}\n--- gantry\n${gantry?.said}\n`);
}
if (options.only === "" || "example".includes(options.only)) await buildExample();

if (options.only === "")
  await writeFile(join(import.meta.dirname, "../docs/toolchain-installs.md"), await page());
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "passed" : `${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

/** Answers requests as the trial wants it while `work` runs; from a port where nobody listens, if it is to be down. */
async function withFaults<T>(
  { faults = {}, isDown }: InstallTrial,
  run: (url: string) => Promise<T>,
): Promise<T> {
  server.asked.splice(0);
  server.faults.clear();
  for (const [path, fault] of Object.entries(faults)) server.faults.set(path, fault);
  return run(isDown ? "http://127.0.0.1:9" : server.url);
}

async function byRustup(trial: InstallTrial): Promise<Outcome> {
  const home = join(work.path, "rustup");
  await removeTree(home);
  const { channel = packed.version, components = [], targets = [] } = trial;
  const run = await withFaults(trial, (url) =>
    execa(
      "rustup",
      [
        ...["toolchain", "install", channel, "--profile", "minimal", "--no-self-update"],
        ...components.flatMap((each) => ["-c", each]),
        ...targets.flatMap((each) => ["-t", each]),
      ],
      {
        env: {
          ...{ RUSTUP_HOME: join(home, "rustup"), CARGO_HOME: join(home, "cargo"), RUST_BACKTRACE: "0" },
          ...{ RUSTUP_DIST_SERVER: url, RUSTUP_UPDATE_ROOT: `${url}/rustup`, RUSTUP_TOOLCHAIN: "" },
        },
        ...{ reject: false, stdin: "ignore", timeout: 120_000 },
      },
    ),
  );
  const said = run.stderr
    .replaceAll(work.path, "")
    .split("\n")
    .filter((line) => !/^(info|\s*$|Stack backtrace)/.test(line))
    .join("\n");
  const directory = join(home, "rustup/toolchains", `${channel}-${packed.host}`);
  return { ok: !run.failed, said, directory: run.failed ? undefined : directory };
}

async function byGantry(trial: InstallTrial): Promise<Outcome> {
  const store = join(work.path, "store");
  await removeTree(store);
  const { channel = packed.version, components = [], targets = [] } = trial;
  const project = join(work.path, "project");
  await removeTree(project);
  await mkdir(join(project, "src"), { recursive: true });
  const files = {
    "Cargo.toml": '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2024"\n',
    "Cargo.lock": 'version = 4\n\n[[package]]\nname = "hello"\nversion = "0.1.0"\n',
    "src/main.rs": "fn main() {}\n",
    "rust-toolchain.toml": `[toolchain]\nchannel = "${channel}"\nprofile = "minimal"\ncomponents = ${JSON.stringify(components)}\ntargets = ${JSON.stringify(targets)}\n`,
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(project, path), text);
  const run = await withFaults(trial, (url) => gantry(url, store, project));
  const begun = run.stderr.search(/^error/m);
  const said = run.stderr.slice(begun === -1 ? run.stderr.length : begun).replaceAll(work.path, "");
  if (run.failed && !trial.works) await expectNothing(trial, store);
  return { ok: !run.failed, said, directory: run.failed ? undefined : await composedIn(store) };
}

function gantry(url: string, store: string, project: string) {
  return execa(gantryCommand, ["build", "-C", project, "--store", store, "--log-format", "plain"], {
    env: { RUSTUP_HOME: join(work.path, "none"), RUSTUP_DIST_SERVER: url, RUSTUP_TOOLCHAIN: "" },
    ...{ reject: false, stdin: "ignore" },
  });
}

/** After a failure, the store is whole and has no toolchain, and nothing is pinned. */
async function expectNothing({ what }: InstallTrial, store: string): Promise<void> {
  const verified = await execa(gantryCommand, ["store", "verify", "--store", store], { reject: false });
  if (verified.failed) problems.push(`${what}: ${verified.stderr}`);
  if ((await composedIn(store)) !== undefined) problems.push(`${what}: a toolchain is half installed`);
  const files = await readdir(join(work.path, "project"));
  if (files.includes("gantry.lock")) problems.push(`${what}: gantry.lock was written`);
}

async function composedIn(store: string): Promise<string | undefined> {
  const trees = await readdir(join(store, "trees")).catch(() => []);
  const lists = trees.map((tree) => join(store, "trees", tree, "lib/rustlib/components"));
  const found = await Promise.all(
    lists.map((list) =>
      readFile(list)
        .then(() => list)
        .catch(() => undefined),
    ),
  );
  return found.find((list) => list !== undefined)?.replace("/lib/rustlib/components", "");
}

/** What two toolchains differ in: files, their modes, their bytes. Rustup's two records of its own are only its. */
async function compare(rustup: string, gantry: string): Promise<string[]> {
  const [one, other] = [await listing(rustup), await listing(gantry)];
  for (const own of ["multirust-channel-manifest.toml", "multirust-config.toml"])
    one.delete(`lib/rustlib/${own}`);
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((path) => one.get(path) !== other.get(path))
    .map(
      (path) =>
        `\`${path}\`: rustup ${one.get(path) ?? "has it not"}, Gantry ${other.get(path) ?? "has it not"}`,
    );
}

async function listing(directory: string): Promise<Map<string, string>> {
  const { stdout } = await execa("find", [".", "!", "-type", "d", "-printf", "%P %m %l\\n"], {
    cwd: directory,
  });
  const files = stdout.split("\n").map((line) => /^(\S+) (\d+) (.*)$/.exec(line) ?? []);
  const described = files.map(async ([, path = "", mode, link]) => {
    const at = join(directory, path);
    // Rustup lists components in the order in which they came.
    const sorted =
      path === "lib/rustlib/components"
        ? (await readFile(at, "utf8")).split("\n").sort().join(" ")
        : undefined;
    return [path, `${mode} ${link || (sorted ?? (await sha256Of(at)))}`] as const;
  });
  return new Map(await Promise.all(described));
}

/** The example, with nothing of rustup's. */
async function buildExample(): Promise<void> {
  const project = join(work.path, "parcels");
  await cp(join(import.meta.dirname, "../examples/parcels"), project, { recursive: true });
  // What is pinned there are the archives as they were published.
  await rm(join(project, "gantry.lock"), { force: true });
  await writeFile(join(project, "rust-toolchain.toml"), `[toolchain]\nchannel = "${packed.version}"\n`);
  const built = await withFaults({ what: "" }, (url) => gantry(url, join(work.path, "example"), project));
  if (built.failed) problems.push(`examples/parcels: ${built.stderr}`);
  rows.push([
    "`examples/parcels` is built, with an empty `RUSTUP_HOME`",
    "",
    built.failed ? "fails" : "builds",
  ]);
}

function cell(said: string): string {
  const lines = said.replaceAll(server.url, "http://SERVER").trim().split(/\n+/);
  return lines
    .map((line) => `<code>${line.trim().replaceAll("<", "&lt;").replaceAll("`", "&#96;")}</code>`)
    .join("<br>");
}

async function page(): Promise<string> {
  const { stdout } = await execa("rustup", ["--version"]);
  return `# Toolchains by rustup and by Gantry

A server on this machine was made of an installed toolchain, ${packed.version}: its own manifest, and its components packed anew. Rustup
and Gantry installed from it, each into an empty directory, and their trees were compared: the same files, modes and bytes.
\`lib/rustlib/multirust-channel-manifest.toml\` and \`multirust-config.toml\` are rustup's own records, which Gantry keeps elsewhere,
and rustup lists components in the order in which they came. After each failure the store was verified, and had no toolchain, and
nothing was pinned. \`npm run test:toolchains\` does it again.

${markdownTable(["", "rustup", "Gantry"], rows)}

Made with ${stdout.split("\n")[0]}.
`;
}
