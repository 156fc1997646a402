import { expect, test } from "vitest";
import { directoryFiles } from "../../src/cargo/config/compilerSettings.ts";

const paths = [
  ".cargo/config.toml",
  "Cargo.lock",
  "Cargo.toml",
  "conf/a.txt",
  "conf/part.rs",
  "configure",
  "src/main.rs",
];

test("all files of a directory", () => {
  expect(directoryFiles("conf", paths)).toEqual(["conf/a.txt", "conf/part.rs"]);
});

test("neither code nor manifests where there are packages", () => {
  expect(directoryFiles(".", paths)).toEqual(["conf/a.txt", "configure"]);
});
