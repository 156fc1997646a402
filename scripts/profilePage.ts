import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { projects } from "../bench/projects.ts";
import { editRust } from "./editRust.ts";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

/**
 * Writes `docs/profile.md`: what a build that has nothing to do, and one after an edit of the binary, spend their time on. Each
 * is profiled by V8 many times, and of each part the median over the runs counts, so that a run in which something else had
 * the processor decides nothing. Wants a quiet machine.
 */
const { names, runs, out } = new Command("profile")
  .option("--names <projects>", "which of the benchmark's projects", "workspace,synthetic,many-files")
  .option("--runs <n>", "how many of each", "15")
  .option("--out <file>", "what to write", join(import.meta.dirname, "../docs/profile.md"))
  .parse()
  .opts<{ readonly names: string; readonly runs: string; readonly out: string }>();

const dist = join(dirname(gantryCommand), "dist");
const chosen = projects.filter(({ name }) => names.split(",").includes(name));
const parts: string[] = [];
/** What `regionsOf` found, by file. */
const known = new Map<string, readonly string[]>();
await execa(gantryCommand, ["--version"]);

for (const project of chosen) {
  await using work = await workDirectory("profile");
  const directory = join(work.path, project.name);
  mkdirSync(directory);
  const env = (await project.obtain(directory)) ?? {};
  const words = ["build", "-C", directory, "--store", join(work.path, "store")];
  const build = () => execa(gantryCommand, words, { env });
  await build();
  let round = 0;
  const edit = () => editRust(join(directory, project.main), ++round);
  for (const [what, before] of [
    ["nothing to do", async () => {}],
    ["leaf edit", edit],
  ] as const) {
    // What has just been written is looked at again, and what V8 made of a file is kept by the first that loads it.
    for (let warm = 0; warm < 3; warm++) {
      await before();
      await build();
      await new Promise((resolve) => setTimeout(resolve, 2500));
    }
    const profiles = join(work.path, what);
    const walls: number[] = [];
    const waits: number[] = [];
    for (let run = 0; run < Number(runs); run++) {
      await before();
      const start = performance.now();
      await build();
      walls.push(performance.now() - start);
      await before();
      const flags = [
        "--disable-sigusr1",
        "--cpu-prof",
        "--cpu-prof-interval",
        "100",
        "--cpu-prof-dir",
        profiles,
      ];
      await execa(join(dist, "node"), [...flags, join(dist, "cli.js"), ...words], { env });
    }
    for (let run = 0; run < Number(runs); run++) {
      const start = performance.now();
      await execa(join(dist, "node"), ["-e", "0"]);
      waits.push(performance.now() - start);
    }
    parts.push(section(`${project.name}, ${what}`, { walls, node: waits, profiles }));
    console.log(`${project.name}, ${what}: ${median(walls).toFixed(0)} ms`);
  }
}

const { cpu, ...programs } = await versions();
writeFileSync(
  out,
  `# Every millisecond

What a build of Gantry's own spends its time on, in milliseconds: medians of ${runs} profiles by V8, a sample each 0.1 ms. *Node*
is what it needs to start and its own modules; *waiting* is for what runs in the sandbox, that is, for Cargo, rustc and what
enters it. Parts of a group are listed from 1 ms, and groups that have 5 ms or more are the ones to look at. \`npm run profile\` makes
this page again.

${parts.join("\n")}
Measured with ${versionLine({ ...programs, cpu })}.
`,
);

type Measured = {
  readonly walls: readonly number[];
  readonly node: readonly number[];
  readonly profiles: string;
};

function section(title: string, { walls, node, profiles }: Measured): string {
  const spent = medians(readdirSync(profiles).map((name) => timesIn(join(profiles, name))));
  const groups = Map.groupBy([...spent], ([part]) => groupOf(part));
  const rows = [...groups]
    .map(([group, members]) => ({
      group,
      ms: members.reduce((sum, [, ms]) => sum + ms, 0),
      largest: members
        .filter(([part, ms]) => ms >= 1 && part !== group)
        .sort(([, a], [, b]) => b - a)
        .slice(0, 6)
        .map(([part, ms]) => `\`${part}\` ${ms.toFixed(1)}`),
    }))
    .filter(({ ms }) => ms >= 0.5)
    .sort((a, b) => b.ms - a.ms);
  const table = markdownTable(
    ["ms", "what", "of that"],
    rows.map(({ ms, group, largest }) => [ms.toFixed(1), group, largest.join(", ")]),
  );
  const least = (times: readonly number[]) => Math.min(...times).toFixed(0);
  return `## ${title}

${median(walls).toFixed(0)} ms (least ${least(walls)}) without a profile; a Node that does nothing takes ${median(node).toFixed(0)} ms (least ${least(node)}).

${table}
`;
}

type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** Milliseconds by part: a file of `src`, a package, a part of Node. */
function timesIn(file: string): Map<string, number> {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const part = parts.get(id) ?? "";
    times.set(part, (times.get(part) ?? 0) + (timeDeltas[at] ?? 0) / 1000);
  }
  return times;
}

function partOf({ functionName, url, lineNumber }: Profile["nodes"][number]["callFrame"]): string {
  if (functionName === "(idle)") return "waiting";
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName.startsWith("(")) return "Node and the system";
  if (!url.includes(dist)) return `node:${url.replace(/^node:/, "") || functionName}`;
  return regionsOf(url.replace("file://", ""))[lineNumber] ?? basename(url);
}

/** Which module each line of a file of the bundle comes from. */
function regionsOf(file: string): readonly string[] {
  const before = known.get(file);
  if (before) return before;
  let region = "the bundle";
  const regions = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => {
      region = /^\/\/#region (.*)/.exec(line)?.[1] ?? region;
      return region.replace(/^node_modules\/((?:@[^/]+\/)?[^/]+)\/.*/, "npm $1");
    });
  known.set(file, regions);
  return regions;
}

function groupOf(part: string): string {
  if (part.startsWith("node:")) return "Node's modules, and calls of the system by them";
  if (part.startsWith("npm ")) return "npm packages";
  return /^src\/[^/]+\//.exec(part)?.[0] ?? part;
}

function medians(runs: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const parts = new Set(runs.flatMap((run) => [...run.keys()]));
  return new Map([...parts].map((part) => [part, median(runs.map((run) => run.get(part) ?? 0))]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
