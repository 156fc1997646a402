import { expect, test } from "vitest";
import { commandChanges } from "../../../src/engine/why/commandChanges.ts";

test("of an image it is said what is described otherwise", () => {
  const image = { type: "image", name: "app", tag: "1", config: { User: "0", Labels: { a: "1" } } };
  const other = { ...image, tag: "2", config: { Labels: { a: "2" }, User: "0", Cmd: ["x"] } };
  expect(commandChanges(JSON.stringify([image]), JSON.stringify([other]))).toEqual([
    "`tag` of the image changed",
    "`Labels` of the image changed",
    "`Cmd` of the image changed",
  ]);
});
