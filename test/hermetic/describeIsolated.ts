import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const works =
  spawnSync("unshare", [
    "--user",
    "--map-root-user",
    "--mount",
    "bwrap",
    "--unshare-all",
    "--ro-bind",
    "/",
    "/",
    "true",
  ]).status === 0;

/**
 * A suite that needs bubblewrap and user namespaces. Where the machine has neither, it fails if `CI` is `true`, and
 * elsewhere says what it did not cover.
 */
export function describeIsolated(what: string, body: () => void): void {
  if (works) {
    describe(what, body);
    return;
  }
  if (process.env.CI === "true") {
    describe(what, () =>
      test("has a sandbox", () => expect.fail("bubblewrap does not work on this machine")),
    );
    return;
  }
  console.error(
    `\n!!! NOT COVERED: ${what}: bubblewrap does not work on this machine (apt install bubblewrap)\n`,
  );
  describe.skip(what, body);
}
