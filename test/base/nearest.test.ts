import { expect, test } from "vitest";
import { nearest } from "../../src/base/nearest.ts";

test("the word that was most likely meant", () => {
  const commands = ["build", "check", "clippy", "fmt"];
  expect(["biuld", "BUILD", "chek", "clipy", "fm", "bild"].map((word) => nearest(word, commands))).toEqual([
    "build",
    "build",
    "check",
    "clippy",
    "fmt",
    "build",
  ]);
});

test("nothing where no word is near", () => {
  expect(["deploy", "xy", ""].map((word) => nearest(word, ["build", "check"]))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(nearest("build", [])).toBeUndefined();
});
