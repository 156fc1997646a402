import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tempProject } from "../../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/lib.rs": `//! ${"ä"} has two bytes.
pub fn answer() -> i32 {
    return 41;
}

#[cfg(test)]
mod tests {
    #[test]
    fn answers() {
        assert_eq!(super::answer(), 42);
    }
    #[test]
    fn passes() {}
}
`,
  "src/main.rs": "fn main( ) {}\n",
});

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

const summary = () => join(project.root, "../summary.md");

async function check(...words: readonly string[]) {
  writeFileSync(summary(), "");
  const { status, err } = await project.gantry(["check", "--log-format", "plain", ...words], {
    env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary() },
  });
  return { status, err, annotations: err.split("\n").filter((line) => line.startsWith("::")) };
}

/** The errors and the table, which come last. */
function ending(err: string): string {
  return project.shown(err.slice(err.indexOf("error[step-failed]")));
}

test("a lint, a test and an unformatted file that fail at once are all told, and reported, by one run", async () => {
  const reports = join(project.root, "reports");
  mkdirSync(reports);
  const { status, err, annotations } = await check("--keep-going", "--report", "reports");
  expect(status).toBe(1);
  const causes = ending(err).replace(/^\nCaused by:\n.*\n/gm, "");
  expect(causes).toMatch(
    /error\[step-failed\]: `tiny-clippy` failed\n {2}= note: src\/lib.rs:3:5: unneeded `return` statement/,
  );
  expect(causes).toContain(
    "`tiny-fmt` failed\n  = note: src/main.rs:1: not formatted: 1 place that `cargo fmt` changes\n",
  );
  expect(causes).toMatch(
    /`tiny-test` failed\n {2}= note: src\/lib.rs:10:9: test `tests::answers` of tiny failed/,
  );
  expect(causes.slice(causes.indexOf("Check "))).toMatch(
    /^Check {3}Result.*\nclippy {2}failed .* 1 error\nfmt {5}failed .* 1 error\ntest {4}failed .* 1 of 2 tests failed\n$/,
  );
  expect(annotations.map((line) => line.replace(/::[^:]*$/, ""))).toEqual([
    expect.stringMatching(
      /^::error file=src\/lib.rs,line=3,endLine=3,col=5,endColumn=14,title=clippy%3A%3Aneedless_return/,
    ),
    expect.stringMatching(/^::error file=src\/main.rs,line=1,endLine=1,title=rustfmt/),
    expect.stringMatching(/^::error file=src\/lib.rs,line=10,endLine=10,col=9,title=libtest/),
  ]);
  expect(readFileSync(summary(), "utf8")).toContain("| test | ❌ failed |");
  expect(readFileSync(join(reports, "junit.xml"), "utf8")).toContain(
    'name="tests::answers" classname="tiny"',
  );
});

test("what a cached check warned of is counted and reported as if it had run", async () => {
  project.write(
    "gantry.config.ts",
    `import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: { default: crane.buildPackage({ src }) }, checks: { clippy: crane.cargoClippy({ src }) } };
});
`,
  );
  const ran = await check("--report", "reports");
  const sarif = readFileSync(join(project.root, "reports/findings.sarif"), "utf8");
  expect(sarif).toContain('"ruleId": "clippy::needless_return"');
  const cached = await check("--report", "reports");
  expect([ran.status, cached.status]).toEqual([0, 0]);
  expect(cached.err).toMatch(/\nclippy {2}ok .* cached {2}1 warning\n/);
  expect(cached.annotations).toEqual(ran.annotations);
  expect(readFileSync(join(project.root, "reports/findings.sarif"), "utf8")).toBe(sarif);
});
