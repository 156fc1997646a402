import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { drain, type Stream, standardSink } from "../../src/cli/streams.ts";

function stream(columns?: number): Stream & PassThrough {
  return Object.assign(new PassThrough(), columns === undefined ? {} : { columns });
}

test.each([
  [undefined, 80],
  [0, 80],
  [132, 132],
])("of a stream that says %s the width is %s", (columns, width) => {
  expect(standardSink(stream(columns)).columns()).toBe(width);
});

test("what is written after the reader went away is dropped", async () => {
  const pipe = stream();
  const sink = standardSink(pipe);
  sink.write("before");
  pipe.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  sink.write("after");
  await drain(pipe);
  expect(pipe.read().toString()).toBe("before");
});

test("of another error of the stream it is known that something was lost", () => {
  const pipe = stream();
  const sink = standardSink(pipe);
  expect(sink.failure()).toBeUndefined();
  pipe.emit("error", Object.assign(new Error("full"), { code: "ENOSPC" }));
  sink.write("after");
  expect([sink.failure()?.message, pipe.read()]).toEqual(["full", null]);
});
