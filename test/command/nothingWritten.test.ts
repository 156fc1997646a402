import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

test("a build that has nothing to do writes nothing into the index, for which SQLite would wait for the disk", async () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "fn main() {}\n",
  });
  project.lock();
  const build = async () => {
    const ran = await project.gantry(["build", "--log-format", "json"]);
    expect(ran.status, ran.err).toBe(0);
    return statSync(`${project.store}/index.sqlite`, { bigint: true }).mtimeNs;
  };
  await build();
  // Remembers what was decided, and what had not settled before.
  await build();
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await build();
  const before = await build();
  // Once an hour it is noted what is in use.
  expect([await build(), await build()]).toContain(before);
});

test("nor does it load what judges names, or says why there is no program", async () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "fn main() {}\n",
  });
  project.lock();
  const [list, listing] = [join(project.root, "../loaded"), join(project.root, "../listing.cjs")];
  writeFileSync(
    listing,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join("\\n")));`,
  );
  const loadedBy = async (...words: readonly string[]) => {
    const env = { NODE_OPTIONS: `--require ${listing}` };
    const ran = await project.gantry(["build", ...words, "--log-format", "json"], { env });
    expect(ran.status, ran.err).toBe(0);
    return readFileSync(list, "utf8")
      .split("\n")
      .map((file) => basename(file).replace(/-[\w-]{8}\.js$/, ""));
  };
  await loadedBy();
  expect(await loadedBy("--bin", "app")).toContain("absentChoice");
  await loadedBy();
  const asked = ["build", "absentChoice", "withoutProgram"];
  expect((await loadedBy()).filter((name) => asked.includes(name))).toEqual(["build"]);
});
