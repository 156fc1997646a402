import { expect, test } from "vitest";
import { harmlessLog } from "../../src/command/look/log.ts";

test("of what a log tells a terminal to do colours are left", () => {
  const title = "\x1b]0;root@host\x07";
  expect(harmlessLog(`\x1b[31mred\x1b[0m ${title}and \x1b[2J\x1b[1;1Hmore\t\x9b2J\n`)).toBe(
    "\x1b[31mred\x1b[0m and more\t\n",
  );
  expect(harmlessLog("error: bad\rall is well\r\nnext\n")).toBe("error: bad\nall is well\nnext\n");
});
