import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const names = ["one", "two", "three"];
const crates = names.map((name) => publishedCrate(name, "", { "src/lib.rs": "pub fn two() -> i32 { 2 }\n" }));
const project = tempProject(
  {
    "Cargo.toml": `[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n\n[dependencies]\n${names.map((name) => `${name} = "1"\n`).join("")}`,
    "src/main.rs": `fn main() {\n    println!("{}", ${names.map((name) => `${name}::two()`).join(" + ")});\n}\n`,
    "gantry.config.ts": `import { defineProject } from "gantry";
export default defineProject(({ crane, path }) => {
  const common = { src: path("."), cargoArtifacts: crane.buildDepsOnly({ src: path(".") }) };
  const build = crane.buildPackage({ ...common, doCheck: false });
  return { packages: { default: build }, checks: { build, test: crane.cargoTest(common) } };
});
`,
  },
  { crates },
);

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

test("what several layers need that are made at the same time is compiled once", async () => {
  const { status, events } = await project.gantry(["check", "--log-format", "json"]);
  expect(status).toBe(0);
  const layers = events.flatMap(({ type, name, status }) =>
    type === "step" && status === "built" && String(name).endsWith("-deps") ? [String(name)] : [],
  );
  expect(layers.sort()).toEqual(["tiny-deps", "tiny-test-deps"]);
  const compiled = events.flatMap((event) =>
    event.type === "unit" && event.status === "compiled" && names.includes(String(event.package))
      ? [String(event.package)]
      : [],
  );
  expect(compiled.sort()).toEqual([...names].sort());
});
