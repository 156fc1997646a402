import { readdirSync, rmSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isOnPath } from "../../../src/tree/files.ts";
import { compiledUnits } from "../../rig/compiledUnits.ts";
import { launcher } from "../../rig/gantry.ts";
import { fillIndex } from "../../rig/indexCache.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { tempProject } from "../../rig/tempProject.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub const SEVEN: u8 = 7;\n" });
const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = "1"\n',
    "src/main.rs": 'fn main() {\n    println!("{}", leaf::SEVEN);\n}\n',
  },
  { crates: [leaf] },
);
beforeAll(() => {
  project.lock();
  fillIndex(project.home, [[leaf, {}]]);
});
afterAll(() => project[Symbol.dispose]());

const compiled = (text: string) => text.match(/Compiling \w+/g);
const empty = () => rmSync(`${project.root}/target`, { recursive: true, force: true });

/** What somebody at a terminal is told when they enter a shell. */
async function entered(words = "", env = {}): Promise<string> {
  const command = `${launcher} --store ${project.store} develop ${words} --shell /bin/true`;
  const ran = await project.gantry([], {
    env,
    through: ["sh", "-c", `exec script -qec ${JSON.stringify(command)} /dev/null`],
  });
  return stripVTControlCharacters(ran.out);
}

const offer = /note: (`.*` is empty: .*?)\r?\n/;

test("who enters a shell where nothing is compiled is told what fills `target/`", async () => {
  if (!isOnPath("script", process.env))
    return notCovered("the offer of gantry warm", "script (apt install bsdutils)");
  const first = await entered();
  // Neither crates nor the base system are brought for it.
  expect(first).not.toMatch(/Preparing|Fetch|Vendor|Unpack/);
  // The program that enters the sandbox, and the shell's own programs, where there are debuggers.
  expect(readdirSync(`${project.store}/trees`).length).toBeLessThanOrEqual(2);
  expect(offer.exec(first)?.[1]).toBe(
    "`target/` is empty: `gantry warm` fills it with the dependencies, compiled once for all worktrees",
  );
  expect((await project.gantry(["develop", "-c", "true"])).err).toBe("");

  const warmed = ["--store", project.store, "develop", "--warm"];
  const filled = await project.gantry([...warmed, "-c", "sh", "-c", "cargo build --offline"]);
  expect(compiled(filled.err.slice(filled.err.indexOf("Warmed")))).toEqual(["Compiling app"]);
  expect(await entered()).not.toMatch(offer);
  expect(offer.exec(await entered("", { CARGO_TARGET_DIR: "elsewhere" }))?.[1]).toMatch(
    /^`elsewhere\/` is empty: /,
  );

  empty();
  expect(await entered()).toMatch(offer);
  // What cannot be filled is not offered.
  expect(await entered("--sandbox none")).not.toMatch(offer);
  const again = await project.gantry([...warmed, "--log-format", "json", "-c", "true"]);
  expect(compiledUnits(again.events)).toEqual({});
});
