import { expect, test } from "vitest";
import { onlyKnown } from "../../../src/crane/arguments/refuse.ts";
import { refusalOf } from "../refusalOf.ts";

const packages = onlyKnown("`pkgs`", { openssl: 1, protobuf: 2 });

test("what is there is read as ever", () => {
  expect(packages.openssl).toBe(1);
  expect({ ...packages }).toEqual({ openssl: 1, protobuf: 2 });
});

test("a name that is nearly right gets the right one", () => {
  expect(refusalOf(() => Reflect.get(packages, "protobuff"))).toEqual({
    code: "configuration-name",
    message: "`pkgs` has no `protobuff`",
    notes: [],
    help: ["did you mean `protobuf`?"],
    causes: [],
    status: 2,
  });
});

test("any other name gets the help, or the names that there are", () => {
  expect(refusalOf(() => Reflect.get(packages, "x")).help).toEqual(["it has `openssl`, `protobuf`"]);
  const helped = onlyKnown("`pkgs`", { openssl: 1 }, "describe it with `pkg`");
  expect(refusalOf(() => Reflect.get(helped, "x")).help).toEqual(["describe it with `pkg`"]);
});

test("what the language asks every object for is undefined and no mistake", async () => {
  expect(await packages).toBe(packages);
  expect(JSON.stringify(packages)).toBe('{"openssl":1,"protobuf":2}');
  expect(String(packages)).toBe("[object Object]");
});
