import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { chooseSandbox } from "../../src/sandbox/chooseSandbox.ts";

test("without `bwrap`: the host's own command in the warning, or in the error where it was asked for", () => {
  const directory = mkdtempSync(`${tmpdir()}/gantry-choose-`);
  try {
    const warnings: Diagnostic[] = [];
    const choice = {
      path: directory,
      records: { get: () => undefined, set: () => undefined },
      directory,
      installAdvice: (names: { apk?: readonly string[] }, program: string) => `${program}: ${names.apk}`,
      warn: (warning: Diagnostic) => void warnings.push(warning),
    };
    expect(chooseSandbox({ ...choice, wanted: "auto" })).toMatchObject({ value: { level: "none" } });
    expect(warnings).toMatchObject([
      {
        code: "sandbox-missing",
        message: "building without isolation: `bwrap` is not installed",
        help: ["bwrap: bubblewrap"],
      },
    ]);
    expect(chooseSandbox({ ...choice, wanted: "bwrap" })).toMatchObject({
      error: { code: "sandbox-missing", help: ["bwrap: bubblewrap"] },
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
