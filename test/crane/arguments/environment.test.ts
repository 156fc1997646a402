import { expect, test } from "vitest";
import { cargoEnvironment } from "../../../src/derivation/world.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");

const build = (env: Readonly<Record<string, string>>) => lib.buildPackage({ src, env });
const messageFor = (env: Readonly<Record<string, string>>) => refusalOf(() => build(env)).message;

test("what would undo what Gantry sets is refused by name", () => {
  const names = [
    ...["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "CARGO_HOME"],
    ...["CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL", "CARGO_NET_OFFLINE", "CARGO_BUILD_JOBS"],
    ...["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS", "out", "PATH", "TMPDIR"],
  ];
  const messages = names.map((name) => messageFor({ [name]: "/elsewhere" }));
  expect(messages).toEqual(names.map((name) => `Gantry itself sets \`${name}\``));
  const free = ["HOME", "LC_ALL", "SOURCE_DATE_EPOCH", "TZ"];
  expect(Object.keys(cargoEnvironment).filter((name) => !names.includes(name))).toEqual(free);
  for (const name of free) expect(build({ [name]: "/elsewhere" }).env[name]).toBe("/elsewhere");
});

test("what changes nothing may stand there, and a `PATH` that has the world's programs", () => {
  const path = `/build/source/tools:${cargoEnvironment.PATH}`;
  expect(build({ ...cargoEnvironment, PATH: path, CARGO_INCREMENTAL: "0" }).env.PATH).toBe(path);
});

test("the message says why, and what to do instead", () => {
  expect(refusalOf(() => lib.cargoClippy({ src, env: { MAKEFLAGS: "-j8" } }))).toMatchObject({
    code: "variable-reserved",
    notes: ["all steps share one number of jobs"],
    help: ["remove `MAKEFLAGS` from `env`", "choose the number: gantry build -j N"],
    status: 2,
  });
});

test("what is no variable is told as that", () => {
  const [empty, equals, zero] = ["", "A=B", "A\0"].map((name) => messageFor({ [name]: "1" }));
  expect([empty, equals, zero]).toEqual([
    "`` of `env` is no variable",
    "`A=B` of `env` is no variable",
    "`A\\0` of `env` is no variable",
  ]);
  expect(messageFor({ A: "\0" })).toBe("`A` of `env` is no variable");
});

test("a variable may be called as what every object has, and its value is looked at, too", () => {
  expect(build({ constructor: "a", prototype: "b" }).env).toMatchObject({ constructor: "a", prototype: "b" });
  const ofNumber = (name: string) => messageFor(Object.fromEntries([[name, Number("8")]]) as never);
  expect(["JOBS", "constructor", "__proto__"].map(ofNumber)).toEqual([
    "`env.JOBS` of `buildPackage` must be a string, and is `8`",
    "`env.constructor` of `buildPackage` must be a string, and is `8`",
    "`env.__proto__` of `buildPackage` must be a string, and is `8`",
  ]);
  expect(messageFor(["JOBS=8"] as never)).toBe("`env` of `buildPackage` must be an object, and is `Array`");
});

test("a variable that no program could get is refused", () => {
  expect(messageFor({ LONG: "x".repeat(131_067) })).toBe("`LONG` is too long for a variable");
});
