import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const member = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${more}`;
const project = tempProject(
  {
    "Cargo.toml": '[workspace]\nmembers = ["cli", "core", "data"]\nresolver = "2"\n',
    "cli/Cargo.toml": member("ws-cli", 'leaf = "1"\n'),
    "cli/src/main.rs": "fn main() {}\n",
    "cli/src/bin/serve.rs": "fn main() {}\n",
    "cli/examples/show.rs": "fn main() {}\n",
    "core/Cargo.toml": member("ws-core"),
    "core/src/lib.rs": "",
    "data/Cargo.toml": member("ws-data"),
    "data/src/lib.rs": "",
  },
  { crates: [publishedCrate("leaf")] },
);
project.lock();
afterAll(() => project[Symbol.dispose]());

/** What is said where nothing can be downloaded, and nothing was. */
async function refusal(...words: readonly string[]): Promise<string> {
  const empty = join(project.root, "../empty");
  const ran = await project.gantry([...words, "--log-format", "plain"], { env: { CARGO_HOME: empty } });
  expect([ran.status, ran.out], ran.err).toEqual([2, ""]);
  return ran.err;
}

test("a package that is none of the workspace is refused before a crate is fetched, and no link is left", async () => {
  const names = "has `ws-cli`, `ws-core`, `ws-data`\n";
  const has = `  = note: it ${names}`;
  expect(await refusal("build", "-p", "leaf")).toBe(
    `error[package-unknown]: \`leaf\` is a dependency, and no package of the workspace: nothing of it is installed\n  = note: the workspace ${names}`,
  );
  expect(await refusal("build", "-p", "lef")).toBe(
    `error[package-unknown]: the workspace has no package \`lef\`\n${has}`,
  );
  expect(await refusal("run", "-p", "ws-clu")).toBe(
    `error[package-unknown]: the workspace has no package \`ws-clu\`\n${has}  = help: did you mean \`ws-cli\`?\n`,
  );
  expect(readdirSync(project.root)).not.toContain("result");
});

test("a program that no package has that is built is refused as early", async () => {
  expect(await refusal("build", "--bin", "serv")).toBe(
    "error[target-unknown]: no bin target named `serv`\n" +
      "  = note: there are `serve`, `ws-cli`\n  = help: did you mean `serve`?\n",
  );
  expect(await refusal("image", "-p", "ws-core", "--bin", "serve")).toBe(
    "error[target-unknown]: no bin target named `serve` in `ws-core`\n",
  );
});

test("packages without a program are not run, and the name of one that is no output is told how to be", async () => {
  expect(await refusal("run", "-p", "ws-core")).toBe(
    "error[program-missing]: `ws-core` has no program\n" +
      "  = note: programs are in `ws-cli`\n  = help: gantry run -p ws-cli\n",
  );
  expect(await refusal("build", "ws-core")).toContain(
    "  = help: it is a package of Cargo's: gantry build -p ws-core\n",
  );
  expect(await refusal("run", "ws-cli")).toContain(
    "  = help: it is a package of Cargo's: gantry run -p ws-cli\n",
  );
  expect(await refusal("run", "serve")).toContain("  = help: it is a program: gantry run --bin serve\n");
});

test("an output with nothing in it is said to be empty, and why", async () => {
  const notes = async (...words: readonly string[]) => {
    const ran = await project.gantry(["build", ...words, "--log-format", "plain"]);
    expect(ran.status, ran.err).toBe(0);
    return ran.err.split("\n").filter((line) => line.startsWith("note: `"));
  };
  expect(await notes("-p", "ws-core", "-p", "ws-data")).toEqual([
    "note: `result` is empty: `ws-core`, `ws-data` have no program to install",
  ]);
  expect(await notes("--lib", "-p", "ws-core")).toEqual([
    "note: `result` is empty: `--lib` builds no program",
  ]);
  expect(await notes("-p", "ws-cli")).toEqual([]);
  expect(readdirSync(join(project.root, "result/bin")).sort()).toEqual(["serve", "ws-cli"]);
});

test("what a configuration names is looked at, too, but not after a hook that may write manifests", async () => {
  const configured = (args: string) =>
    project.write(
      "gantry.config.ts",
      `import { defineProject } from "gantry";
export default defineProject(({ crane }) => ({
  packages: {
    default: crane.buildPackage({ src: crane.cleanCargoSource("."), ${args} }),
    docs: crane.cargoDoc({ src: crane.cleanCargoSource("."), cargoExtraArgs: ["--locked", "-p", "leaf"] }),
  },
}));
`,
    );
  configured('cargoTestExtraArgs: ["--example", "shaw"]');
  expect(await refusal("build")).toContain(
    "error[target-unknown]: no example target named `shaw`\n  = note: there is `show`\n  = help: did you mean `show`?\n",
  );
  expect(await refusal("build", "serve")).not.toContain("--bin");
  configured('cargoExtraArgs: ["--locked", "--bin", "serv"], preBuild: "true"');
  const late = await project.gantry(["build", "--log-format", "plain"]);
  expect(late.err).toContain("error[target-unknown]: no bin target named `serv`");
  const docs = await project.gantry(["build", "docs", "--log-format", "plain"]);
  expect(docs.status, docs.err).toBe(0);
});
