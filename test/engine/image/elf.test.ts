import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readElf } from "../../../src/engine/image/elf.ts";

const program = readFileSync("/usr/bin/env");

test("a program says its loader, and which libraries it loads", () => {
  const { interpreter, needed, architecture } = readElf(program) ?? {};
  expect(interpreter).toMatch(/^\/lib.*\/ld-.*\.so\.\d$/);
  expect(needed).toContain("libc.so.6");
  expect(architecture).toBe({ x64: "amd64", arm64: "arm64" }[String(process.arch)]);
});

test("what is no such file, or a part of one, is none or says less", () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from("#!/bin/sh\n".padEnd(100)), program.subarray(0, 63)])
    expect(readElf(bytes)).toBeUndefined();
  for (let length = 64; length < program.length; length += 997)
    expect(() => readElf(program.subarray(0, length))).not.toThrow();
});
