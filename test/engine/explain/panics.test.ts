import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { explained } from "./explained.ts";

const directory = mkdtempSync(`${tmpdir()}/gantry-panics-`);
afterAll(() => rmSync(directory, { recursive: true }));

/** The log of a build script that consists of one statement, which panics in its last line. */
function panicAt(code: string, message: string): string[] {
  writeFileSync(`${directory}/build.rs`, `fn main() {\n    ${code}\n}\n`);
  const line = code.split("\n").length + 1;
  const log = `  thread 'main' (7) panicked at app/build.rs:${line}:9:\n  called \`Result::unwrap()\` on an \`Err\` value: ${message}`;
  return explained(log, (path) =>
    path === "/build/source/app/build.rs" ? `${directory}/build.rs` : undefined,
  );
}

const notFound = 'Os { code: 2, kind: NotFound, message: "No such file or directory" }';

test("the code says which program was not found", () => {
  expect(panicAt('Command::new("git").arg("describe").output().unwrap();', notFound)).toEqual([
    "note: the build runs `git`, which is not among its declared inputs",
    "help: in `gantry.config.ts`: nativeBuildInputs: [pkgs.protobuf, pkgs.git]",
    expect.stringMatching(/^help: a build sees no history, .* env: \{ COMMIT: "…" \}/),
  ]);
});

test("the code says which program was not found, however long its arguments are", () => {
  const chain = `let status = Command::new("python3")
        .arg(&client)
        .arg("-o")
        .arg(&directory)
        .arg(&file)
        .env("PYTHONHASHSEED", "0")
        .status()
        .expect("no python3");`;
  expect(panicAt(chain, notFound)).toEqual([
    "note: the build runs `python3`, which is not among its declared inputs",
    "help: in `gantry.config.ts`: nativeBuildInputs: [pkgs.protobuf, pkgs.python3]",
  ]);
});

test("what another statement starts is another affair", () => {
  const code = `let zlib = Command::new("pkg-config").args(["--libs", "zlib"]);
    let one = 1;
    let two = 2;
    let three = 3;
    let four = 4;
    let five = 5;
    let six = 6;
    zlib.output().unwrap();`;
  expect(panicAt(code, notFound)).toEqual([]);
});

test("the code says which variable is not there", () => {
  expect(panicAt('let url = std::env::var("API_URL").unwrap();', "NotPresent")).toEqual([
    "note: the build reads the variable `API_URL`, which is not declared",
    'help: in `gantry.config.ts`: env: { …, API_URL: "…" }',
  ]);
});

test("the code says which file was not found", () => {
  expect(panicAt('let text = std::fs::read_to_string("/home/me/.netrc").unwrap();', notFound)).toEqual([
    "note: the build reads `/home/me/.netrc`; its home directory is empty, and nobody's own",
    'help: keep the file in the project, where `src` keeps it, or declare what it says: env: { NAME: "…" }',
  ]);
});

test("a panic whose code cannot be found is no trouble", () => {
  expect(explained(`thread 'main' panicked at gone.rs:2:9:\n${notFound}`)).toEqual([]);
});
