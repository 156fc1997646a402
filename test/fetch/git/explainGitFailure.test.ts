import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { explainGitFailure } from "../../../src/fetch/git/explainGitFailure.ts";

test("what a server says cannot move the cursor, and is shown once", async () => {
  const subject = { url: "https://git.test/dep", commit: "0123456789abcdef", wantedBy: "dep v1.0.0" };
  const said = [
    "remote: \u001b[2Jcorrupt\u0000",
    "remote: \u001b[2Jcorrupt\u0000",
    "fatal: early EOF\u0007",
    "Please make sure you have the correct access rights",
  ].join("\r\n");
  const run = { directory: tmpdir(), env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null" } };

  expect(await explainGitFailure(subject, said, run)).toMatchObject({
    code: "git-failed",
    causes: ["remote:  [2Jcorrupt", "fatal: early EOF"],
    help: ["git ls-remote https://git.test/dep"],
  });
});
