import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { markdownTable } from "./markdownTable.ts";
import { publishedSource } from "./publishedSource.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

new Command("test:hooks")
  .description(
    "commit to published programs by Gantry's hooks, and by pre-commit and prek with what Gantry wrote",
  )
  .parse();

const programs = [
  ["fd-find", "10.5.0", "src/main.rs"],
  ["hexyl", "0.16.0", "src/main.rs"],
] as const;

const preCommit = "4.7.0";
const prek = "0.5.0";

await using work = await workDirectory("hooks");
const bin = join(work.path, "venv/bin");
await execa("python3", ["-m", "venv", join(work.path, "venv")]);
await execa(join(bin, "pip"), ["install", "--quiet", `pre-commit==${preCommit}`, `prek==${prek}`], {
  stdio: "inherit",
});

const gantry = join(import.meta.dirname, "../gantry");
const configuration = `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const hooks = crane.preCommit({ src, hooks: {
    rustfmt: true,
    shellcheck: { excludes: ["\\\\.bash$", "^contrib/"] },
    conflicts: { entry: ["sh", "-c", "! grep -nE '^(<<<<<<<|>>>>>>>) ' \\"$@\\"", "conflicts"], types: ["text"] },
  } });
  return { packages: { default: crane.buildPackage({ src }) }, hooks };
});
`;

const runners = {
  gantry: { install: [gantry, "hooks", "install"], uninstall: [gantry, "hooks", "uninstall"] },
  "pre-commit": {
    install: [join(bin, "pre-commit"), "install"],
    uninstall: [join(bin, "pre-commit"), "uninstall"],
  },
  prek: { install: [join(bin, "prek"), "install"], uninstall: [join(bin, "prek"), "uninstall"] },
} as const;

const rows: string[][] = [];
for (const [crate, version, file] of programs) {
  const root = join(work.path, crate);
  await publishedSource(crate, version, root);
  const env = {
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.org",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.org",
    GIT_CONFIG_GLOBAL: "/dev/null",
    PRE_COMMIT_HOME: join(work.path, "pre-commit"),
  };
  const run = (command: readonly string[]) => {
    const [program = "", ...words] = command;
    return execa(program, words, { cwd: root, env, reject: false, all: true });
  };
  const must = async (...command: string[]) => {
    const ran = await run(command);
    if (ran.exitCode !== 0) throw new Error(`${command.join(" ")}: ${ran.all}`);
    return ran.all;
  };
  await writeFile(join(root, "gantry.config.ts"), configuration);
  await appendFile(join(root, ".gitignore"), "\n/.gantry/\n/target\n");
  await must("git", "init", "-q", "-b", "main");
  await must("cargo", "fmt", "--all");
  await must(gantry, "eject", "pre-commit");
  await must("git", "add", "-A", "--force");
  await must("git", "commit", "-q", "-m", "as published");
  const formatted = await readFile(join(root, file), "utf8");
  for (const [name, { install, uninstall }] of Object.entries(runners)) {
    await must(...install);
    const commit = async (staged: string, edited: string) => {
      await must("git", "reset", "-q", "--hard");
      await writeFile(join(root, file), staged);
      await must("git", "add", file);
      await writeFile(join(root, file), edited);
      const start = performance.now();
      const ran = await run(["git", "commit", "-m", "x"]);
      const seconds = (performance.now() - start) / 1000;
      const after = await readFile(join(root, file), "utf8");
      return { passed: ran.exitCode === 0, seconds, isKept: after === edited, said: ran.all };
    };
    const bad = formatted.replace("fn main() {", "fn  main( ) {");
    const note = `${formatted}// ${name}\n`;
    await commit(note, note);
    const good = await commit(`${note}// again\n`, `${note}// again\n`);
    const refused = await commit(bad, bad);
    const partly = await commit(`${note}// once more\n`, `${note}// once more\nfn  later( ) {}\n`);
    const mended = await commit(bad, `${formatted}// mended\n`);
    if (!good.passed || refused.passed || !partly.passed || mended.passed)
      throw new Error(
        `${crate}, ${name}: ${JSON.stringify({ good, refused, partly, mended }, undefined, 2)}`,
      );
    rows.push([
      `${crate} ${version}`,
      name,
      `${good.seconds.toFixed(2)} s`,
      refused.isKept ? "as it was" : "formatted",
      partly.isKept ? "as it was" : "changed",
      mended.isKept ? "as it was" : "changed",
    ]);
    await must("git", "reset", "-q", "--hard");
    await must(...uninstall);
  }
}

const head = [
  ...["program", "hooks run by", "a commit of one file takes"],
  ...["refused, the file is then", "partly staged", "mended after staging, refused"],
];
const table = markdownTable(head, rows);
console.log(table);
await writeFile(
  join(import.meta.dirname, "../docs/hooks-of-published-programs.md"),
  `# Hooks of published programs

Published programs in a repository, with hooks \`rustfmt\`, \`shellcheck\` and one of their own. Git's hook was installed by
\`gantry hooks install\`, by pre-commit ${preCommit} and by prek ${prek}; the latter two run what \`gantry eject pre-commit\` wrote. All three
refused unformatted code that was staged, whatever lay beside it, and let pass what was staged well. \`npm run test:hooks\` does
it again.

${table}

The last three columns tell what became of the file in the working directory. Times are those of \`git commit\` as a whole.

Made with ${versionLine(await versions())}.
`,
);
