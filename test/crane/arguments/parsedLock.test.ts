import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { lockOfParsed, type ParsedLock } from "../../../src/crane/arguments/sources.ts";
import { head, lockText } from "../../cargo/lockText.ts";
import { refusalOf } from "../refusalOf.ts";

/** As a configuration has it that read a lock with a parser of its own. */
const parsedAs = (text: string) => parse(text) as unknown as ParsedLock;

test("a lock as data becomes the text that Cargo writes, in which it finds nothing to change", () => {
  const ofCargo = lockText.replace("# Ours.\n", "");
  expect(lockOfParsed(parsedAs(ofCargo))).toEqual({ text: ofCargo });
  const third = ofCargo.replace("version = 4", "version = 3").replace("f%2Fx", "f/x");
  expect(lockOfParsed(parsedAs(third))).toEqual({ text: third });
});

test("whatever the order of its packages and dependencies, and whether it says its version", () => {
  const { package: packages } = parsedAs(lockText);
  const [app = { name: "app", version: "" }, ...others] = packages;
  const turned = {
    ...app,
    dependencies: ["remote", "rand 0.8.5", "rand 0.7.3"],
  };
  const unused = lockText.indexOf("[[patch");
  expect(lockOfParsed({ package: [...others.toReversed(), turned] })).toEqual({
    text: `${lockText.slice(0, unused).replace("# Ours.\n", "").trimEnd()}\n`,
  });
  expect(lockOfParsed({ package: [] })).toEqual({ text: `${head}version = 4\n` });
});

test("what is no lock is refused where the configuration says it", () => {
  const { code, message } = refusalOf(() =>
    lockOfParsed({
      package: [{ name: "a", version: "1.0.0", source: "registry+https://h/i", checksum: "abc" }],
    }),
  );
  expect({ code, message }).toEqual({ code: "lock-invalid", message: "`a` has a malformed checksum" });
});
