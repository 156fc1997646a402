import { expect, test } from "vitest";
import { sortedFileList } from "../../src/units/keep/unitRecord.ts";

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const file = (path: string, after = [0]) =>
  Buffer.concat([Buffer.from([0]), number(path.length), Buffer.from(path), Buffer.from(after)]);
const list = (...files: readonly Buffer[]) =>
  Buffer.concat([Buffer.from("01000000ff01", "hex"), number(files.length), ...files, number(0)]);

test("the files of a list of Cargo's stand in the order of their paths", () => {
  const [main, tests] = [file("src/main.rs"), file("src/tests.rs")];
  expect(sortedFileList(list(tests, main))).toEqual(list(main, tests));
  expect(sortedFileList(list(main, tests))).toEqual(list(main, tests));
  expect(sortedFileList(list())).toEqual(list());
});

test.each([
  ["older Cargos", Buffer.concat([number(1), file("src/main.rs")])],
  ["files with checksums", list(file("src/main.rs", [1, 2]))],
  ["what ends too soon", list(file("src/main.rs")).subarray(0, 18)],
  ["nothing", Buffer.alloc(0)],
])("the form of %s is left as it is", (_, bytes) => {
  expect(sortedFileList(bytes)).toBeUndefined();
});
