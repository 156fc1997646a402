import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeIsolated } from "../../hermetic/describeIsolated.ts";
import { tempProject } from "../../rig/tempProject.ts";

const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2024"\n`;
const configuration = (env: string) => `import { defineProject } from "gantry";
export default defineProject(({ crane, path }) => ({
  packages: {},
  checks: {
    test: crane.cargoTest({
      ...{ src: path("."), cargoProfile: "dev", keepTestResults: true, env: ${env} },
      cargoTestExtraArgs: ["--workspace", "--all-targets", "--no-fail-fast"],
    }),
  },
}));
`;

const project = tempProject({
  "Cargo.toml": '[workspace]\nmembers = ["a", "b", "odd"]\nresolver = "3"\n',
  "a/Cargo.toml": manifest("a"),
  "a/src/lib.rs": "pub fn two() -> i32 {\n    2\n}\n#[test]\nfn adds() {\n    assert_eq!(two(), 2);\n}\n",
  "a/src/main.rs": 'fn main() {\n    println!("{}", a::two());\n}\n',
  "a/tests/reads.rs": `use std::{fs, path::Path, process::Command};
#[test]
fn a_fixture_and_one_that_is_missing() {
    assert!(fs::read_to_string("fixtures/read.txt").unwrap().contains("one"));
    println!("{}", Path::new("fixtures/later.txt").exists());
}
#[test]
fn a_file_of_its_own() {
    let file = std::env::temp_dir().join("of-a-test");
    fs::write(&file, "left").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"left");
}
#[test]
fn what_the_program_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_a")).output().unwrap();
    assert_eq!(output.stdout, b"2\\n");
}
`,
  "a/tests/orphan.rs": `unsafe extern "C" {
    fn fork() -> i32;
    fn getppid() -> i32;
    fn _exit(status: i32) -> !;
}
#[test]
fn who_lost_its_parents_reads() {
    let (mut told, tell) = std::io::pipe().unwrap();
    unsafe {
        if fork() == 0 {
            let parent = std::process::id() as i32;
            if fork() == 0 {
                while getppid() == parent {}
                std::thread::sleep(std::time::Duration::from_millis(50));
                std::io::Write::write_all(&mut &tell, &std::fs::read("orphan.txt").unwrap()).unwrap();
            }
            _exit(0);
        }
    }
    drop(tell);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut told, &mut text).unwrap();
    assert!(text.contains("one"));
}
`,
  "a/orphan.txt": "one\n",
  "a/tests/counts.rs": `#[test]
fn counts() {
    println!("{}", std::os::unix::fs::MetadataExt::nlink(&std::fs::metadata("counted").unwrap()));
}
`,
  "a/counted/a/a.txt": "",
  "a/fixtures/read.txt": "one\n",
  "a/fixtures/unread.txt": "one\n",
  "b/Cargo.toml": manifest("b"),
  "b/src/lib.rs": "#[test]\nfn adds() {\n    assert_eq!(1 + 1, 2);\n}\n",
  "odd/Cargo.toml": manifest("odd"),
  "odd/src/lib.rs": "",
  "odd/tests/fails.rs": '#[test]\nfn fails() {\n    panic!("as ever");\n}\n',
  "odd/tests/shares.rs": `unsafe extern "C" {
    fn shmget(key: i32, size: usize, flags: i32) -> i32;
}
#[test]
fn shares() {
    assert!(unsafe { shmget(7, 8, 0o1600) } >= 0);
}
`,
  "odd/tests/starts.rs": `#[test]
fn starts() {
    std::process::Command::new("sh").args(["-c", "sleep 20 >/dev/null 2>&1 &"]).status().unwrap();
}
`,
  "odd/tests/writes.rs": '#[test]\nfn writes() {\n    std::fs::write("left.txt", "1").unwrap();\n}\n',
  "gantry.config.ts": configuration('{ MODE: "one" }'),
});

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

/** The test programs that ran, each with the reason; how many did not; and what the table says of them. */
async function check() {
  const { events } = await project.gantry(["check", "--log-format", "json", "--report", "reports"]);
  const programs = events.filter(({ type }) => type === "test");
  const ran = programs.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`]));
  const tests = events.findLast(({ type }) => type === "check")?.tests;
  return { ran: ran.sort(), kept: programs.length - ran.length, tests };
}

/** What is never kept, with the reason of each. */
const odd = [
  "fails of odd: its last result was not kept: it failed",
  "shares of odd: its last result was not kept: it used shared memory (`shmget`)",
  "starts of odd: its last result was not kept: something that it started outlived it",
  "writes of odd: its last result was not kept: it left `odd/left.txt`",
];

describeIsolated("a step that keeps results of tests", () => {
  test("runs all of them the first time", async () => {
    const { ran, kept, tests } = await check();
    expect({ kept, tests }).toEqual({ kept: 0, tests: { passed: 10, failed: 1, ignored: 0 } });
    const names = [
      ...["a", "a", "b", "counts of a", "fails of odd", "odd", "orphan of a", "reads of a"],
      ...["shares of odd", "starts of odd", "writes of odd"],
    ];
    expect(ran).toEqual(names.map((name) => `${name}: it was not run here before`));
  });

  test("runs the tests of a member that changed, and never those that did more than pass", async () => {
    project.edit("b/src/lib.rs", "1 + 1, 2", "2 + 1, 3");
    project.write("a/fixtures/unread.txt", "another\n");
    expect(await check()).toEqual({
      ran: ["b: its code changed", ...odd],
      kept: 6,
      tests: { passed: 10, failed: 1, ignored: 0, kept: 6 },
    });
    const { out } = await project.gantry(["why"]);
    expect(out).toMatch(
      /\n {2}6 test programs did not run: .*\n {2}`b` ran: its code changed\n {2}`fails of odd` ran: /,
    );
    const report = readFileSync(join(project.root, "reports/junit.xml"), "utf8");
    const cases = report.split("<testcase ").slice(1);
    const kept = cases.filter((each) => each.includes('name="result" value="kept"'));
    expect(kept.map((each) => /name="(\w+)"/.exec(each)?.[1]).sort()).toEqual([
      "a_file_of_its_own",
      "a_fixture_and_one_that_is_missing",
      "adds",
      "counts",
      "what_the_program_says",
      "who_lost_its_parents_reads",
    ]);
  });

  test("knows what was read by who lost its parents, and what looking at a directory counts", async () => {
    project.write("a/orphan.txt", "one and more\n");
    project.write("a/counted/b/b.txt", "");
    const { ran } = await check();
    expect(ran.filter((line) => !odd.includes(line))).toEqual([
      "counts of a: `a/counted`, which it read, changed",
      "orphan of a: `a/orphan.txt`, which it read, changed",
    ]);
  });

  test("runs what read a file that changed, or looked for one that is there now", async () => {
    project.write("a/fixtures/read.txt", "one and more\n");
    expect((await check()).ran).toEqual([
      ...odd.slice(0, 1),
      "reads of a: `a/fixtures/read.txt`, which it read, changed",
      ...odd.slice(1),
    ]);
    project.write("a/fixtures/later.txt", "\n");
    const { ran } = await check();
    expect(ran[1]).toBe("reads of a: `a/fixtures/later.txt`, which it looked for in vain, is there now");
  });

  test("and finds what it kept of a source that is as it was before", async () => {
    project.write("a/fixtures/read.txt", "one\n");
    rmSync(join(project.root, "a/fixtures/later.txt"));
    expect((await check()).ran).toEqual(odd);
  });

  test("a program that a test runs is what it read; a variable reaches all", async () => {
    project.edit("a/src/main.rs", '"{}"', '"{:01}"');
    const { ran } = await check();
    expect(ran).toEqual([
      ...odd.slice(0, 1),
      "reads of a: `/build/target/debug/a`, which it read, changed",
      ...odd.slice(1),
    ]);
    project.write("gantry.config.ts", configuration('{ MODE: "two" }'));
    const after = await check();
    const around = "its arguments, its variables or what it runs in changed";
    expect([after.kept, after.ran.filter((line) => !line.endsWith(around))]).toEqual([0, []]);
  });
});
