import { expect, test } from "vitest";
import { parseLdd } from "../../../src/fetch/native/onPath.ts";

test("takes the files, and neither the kernel's page nor what is not found", () => {
  const text = `\tlinux-vdso.so.1 (0x00007ffd1b5f2000)
\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f8b1c000000)
\tlibfoo.so.3 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f8b1be00000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f8b1c0a2000)
`;
  expect(parseLdd(text)).toEqual([
    "/lib/x86_64-linux-gnu/libz.so.1",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});
