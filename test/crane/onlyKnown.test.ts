import { expect, test } from "vitest";
import { onlyKnown } from "../../src/crane/onlyKnown.ts";

const packages = onlyKnown("`pkgs`", { openssl: 1, protobuf: 2 });

function refused(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    return thrown;
  }
}

test("what is there is read as ever", () => {
  expect(packages.openssl).toBe(1);
  expect({ ...packages }).toEqual({ openssl: 1, protobuf: 2 });
});

test("a name that is nearly right gets the right one", () => {
  expect(refused(() => Reflect.get(packages, "protobuff"))).toMatchObject({
    diagnostic: {
      code: "configuration-name",
      message: "`pkgs` has no `protobuff`",
      help: ["did you mean `protobuf`?"],
      status: 2,
    },
  });
});

test("any other name gets the help, or the names that there are", () => {
  expect(refused(() => Reflect.get(packages, "x"))).toMatchObject({
    diagnostic: { help: ["it has `openssl`, `protobuf`"] },
  });
  const helped = onlyKnown("`pkgs`", { openssl: 1 }, "describe it with `pkg`");
  expect(refused(() => Reflect.get(helped, "x"))).toMatchObject({
    diagnostic: { help: ["describe it with `pkg`"] },
  });
});

test("what the language asks every object for is undefined and no mistake", async () => {
  expect(await packages).toBe(packages);
  expect(JSON.stringify(packages)).toBe('{"openssl":1,"protobuf":2}');
  expect(String(packages)).toBe("[object Object]");
});
