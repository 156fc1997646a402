// `npm run test:frontend`: the example page, and a published one, built for real and opened in a browser. Writes the table in
// docs/front-ends.md. `--store DIR` uses a store that is there, in which trunk and wasm-bindgen may have been built already;
// default: a fresh one. `--published` builds the published page as well, with the wasm-bindgen of its own lock.

import { existsSync } from "node:fs";
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gantryBuild } from "./gantryBuild.ts";
import { markdownTable } from "./markdownTable.ts";
import { openedPage } from "./openedPage.ts";
import { publishedSource } from "./publishedSource.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const { values: options } = parseArgs({
  options: { store: { type: "string" }, published: { type: "boolean", default: false } },
});
await using work = await workDirectory("frontend");
const store = options.store ?? join(work.path, "store");
const problems: string[] = [];

const project = join(work.path, "frontend");
const left = new Set(["target", "result", "dist", ".gantry"]);
await cp(join(import.meta.dirname, "../examples/frontend"), project, {
  recursive: true,
  filter: (from) => !left.has(basename(from)),
});

const own = "postage 0.1.0 bin build";
const rows: string[][] = [];
let builtPrograms = false;
await round("first", (compiled) => (compiled.includes(own) ? undefined : "the program was not compiled"));
await page("first");
await round("nothing changed", exactly());
await appendFile(join(project, "README.md"), "\nAn edit.\n");
await round("edit of `README.md`", exactly());
await appendFile(join(project, "styles/page.css"), "\nh1 {\n  font-weight: 300;\n}\n");
await round("edit of `page.css`", exactly());
if (!(await styles()).includes("font-weight"))
  problems.push("the edit of `page.css` did not reach the output");
await appendFile(join(project, "src/main.rs"), "\n// An edit.\n");
await round("edit of `main.rs`", exactly(own));
await page("edited");
if (options.published) await publishedPage();

await note();
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "passed" : `${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

type Judge = (compiled: readonly string[]) => string | undefined;

/** Just these units are compiled. */
function exactly(...wanted: readonly string[]): Judge {
  return (compiled) =>
    compiled.join() === wanted.join() ? undefined : `compiled were ${compiled.join(", ") || "none"}`;
}

async function round(what: string, judge: Judge): Promise<void> {
  const built = await gantryBuild({ directory: project, store });
  const { seconds } = built;
  const problem = built.ok ? judge(built.compiled) : `not built: ${built.said}`;
  if (problem !== undefined) problems.push(`${what}: ${problem}`);
  const ran = built.steps.filter(({ status }) => status === "built");
  const ofTools = ran.filter(({ step }) => !step.startsWith("postage"));
  builtPrograms ||= ofTools.length > 0;
  const cell = (name: string) => {
    const step = ran.find((each) => each.step === name);
    return step ? `${step.seconds.toFixed(1)} s, ${units(step.compiled)}` : "";
  };
  console.log(`${what}: ${problem ?? "as it should be"}, ${seconds.toFixed(1)} s`);
  rows.push([
    what,
    cell("postage-trunk-deps"),
    cell("postage-trunk"),
    ofTools.length === 0 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(0)} min, with the programs`,
  ]);
}

function units(count: number): string {
  return count === 1 ? "1 unit" : `${count} units`;
}

/** The page says what a parcel costs: by its address, and when somebody types. */
async function page(when: string): Promise<void> {
  const address = "?length=20&width=15&height=5&grams=1001";
  const typed = { grams: "31501" };
  const seen = await openedPage(join(project, "result"), { address, typed, answer: "answer" });
  const expected = { first: "€ 6.90", later: "31.5 kg at most" };
  if (seen === undefined) return;
  if (JSON.stringify(seen) !== JSON.stringify(expected))
    problems.push(`${when}: the page says ${JSON.stringify(seen)}`);
}

async function styles(): Promise<string> {
  const index = await readFile(join(project, "result/index.html"), "utf8");
  const [, name = ""] = /href="\/?([^"]+\.css)"/.exec(index) ?? [];
  return readFile(join(project, "result", name), "utf8");
}

/** A Leptos page that was published on crates.io: `Trunk.toml` names its features, and its own lock decides on wasm-bindgen. */
async function publishedPage(): Promise<void> {
  const [crate, version] = ["ccboard-web", "0.24.0"];
  const directory = join(work.path, crate);
  await publishedSource(crate, version, directory);
  await writeFile(
    join(directory, "gantry.config.ts"),
    `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => ({
  packages: {
    default: crane.buildTrunkPackage({
      src: fileset.union(
        crane.cleanCargoSource("."),
        fileset.include("index.html", "build-placeholder.html", "static/**"),
      ),
    }),
  },
}));
`,
  );
  const { ok, said, seconds } = await gantryBuild({ directory, store });
  console.log(`${crate} ${version}: ${ok ? "builds" : said}, ${seconds.toFixed(1)} s`);
  if (!ok) return void problems.push(`${crate}: ${said}`);
  if (!existsSync(join(directory, "result/index.html"))) problems.push(`${crate}: no page`);
  await appendFile(join(directory, "src/main.rs"), "\n// An edit.\n");
  const again = await gantryBuild({ directory, store });
  const others = again.compiled.filter((unit) => !unit.startsWith(`${crate} `));
  if (!again.ok || others.length > 0)
    problems.push(`${crate}: an edit compiled ${others.join(", ") || again.said}`);
}

/** Puts the table between its marks. */
async function note(): Promise<void> {
  const file = join(import.meta.dirname, "../docs/front-ends.md");
  const [begin, end] = ["<!-- begin measured -->", "<!-- end measured -->"];
  const text = await readFile(file, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const after = rest.split(end)[1] ?? "";
  const table = markdownTable(["build", "`postage-trunk-deps`", "`postage-trunk`", "`gantry build`"], rows);
  const programs = builtPrograms ? "" : " trunk and wasm-bindgen were there already.";
  const measured = `Measured with ${versionLine(await versions())}. Nothing was done to keep the machine quiet.${programs}`;
  await writeFile(file, `${before}${begin}\n\n${table}\n\n${measured}\n\n${end}${after}`);
}
