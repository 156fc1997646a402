import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lintCounts } from "../../../src/command/init/countLints.ts";
import { linesIn } from "../../../src/engine/why/logLines.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-lints-"));
afterAll(() => rmSync(directory, { recursive: true }));

const warning = (lint: string, place: string) => `warning: something
  --> ${place}
   |
 1 | fn f() {}
   | ^^^^^^^^^
   |
   = help: for further information visit https://rust-lang.github.io/rust-clippy/rust-1.95.0/index.html#${lint}
   = note: \`#[warn(clippy::${lint})]\` implied by \`#[warn(clippy::pedantic)]\`

`;

test("each lint is counted by place, the most frequent first", async () => {
  const log = [
    warning("must_use_candidate", "src/lib.rs:1:1"),
    warning("cast_lossless", "src/lib.rs:2:1"),
    // The library again, with its tests.
    warning("must_use_candidate", "src/lib.rs:1:1"),
    warning("cast_lossless", "\u001b[94msrc/lib.rs:3:1\u001b[0m"),
    "warning: unused variable: `x`\n --> src/lib.rs:4:1\n\nwarning: `app` (lib) generated 4 warnings\n",
  ];
  const file = join(directory, "log");
  // Longer than what is read at once.
  writeFileSync(file, log.join(`${"x".repeat(100_000)}\n`));
  expect(await lintCounts(linesIn(file))).toEqual([
    { lint: "cast_lossless", times: 2 },
    { lint: "must_use_candidate", times: 1 },
  ]);
});
