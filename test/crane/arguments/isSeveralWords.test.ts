import * as v from "valibot";
import { expect, test } from "vitest";
import { isSeveralWords, optionWords } from "../../../src/crane/arguments/arguments.ts";

test.each([
  "--features tls",
  "-p app",
  "-Z build-std",
  "--\tx",
  "-- -D warnings",
  "--config build.rustflags = []",
])("`%s` is several words", (word) => expect(isSeveralWords(word)).toBe(true));

test.each([
  "--features=a b",
  "--config=build.rustflags = []",
  "-Fa b",
  "-p",
  "my test",
  "a -p b",
  "-Cllvm-args=-a -b",
])("`%s` may be one", (word) => expect(isSeveralWords(word)).toBe(false));

test("what follows `--` is for other programs", () => {
  expect(v.safeParse(optionWords, ["-p", "app", "--", "--say hello"]).success).toBe(true);
  expect(v.safeParse(optionWords, ["-p app", "--"]).success).toBe(false);
});
