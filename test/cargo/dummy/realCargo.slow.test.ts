import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dummySource, verbatimPaths } from "../../../src/cargo/dummy/dummySource.ts";
import { parseMessage } from "../../../src/cargo/plan/message.ts";
import { parseUnitGraph } from "../../../src/cargo/plan/unitGraph.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { writeFiles } from "../../rig/writeFiles.ts";
import { inputOf, readTree } from "./readSource.ts";

const golden = join(import.meta.dirname, "../../golden/dummy");
const names = readdirSync(golden);
const scratch = mkdtempSync(join(tmpdir(), "dummy-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const plans = [
  "build",
  "build --all-targets --release",
  "check --all-targets --workspace",
  "test",
  "bench",
  "build --all-features --examples --workspace",
];

describe.for(names)("%s", (name) => {
  const real = join(scratch, name, "real");
  const dummy = join(scratch, name, "dummy");

  beforeAll(async () => {
    cpSync(join(golden, name, "input"), real, { recursive: true });
    const input = inputOf(readTree(real));
    writeFiles(dummy, Object.fromEntries(valueOfResult(dummySource(input))));
    for (const path of valueOfResult(verbatimPaths(input))) cpSync(join(real, path), join(dummy, path));
    // The tests use the installed toolchain, whichever that is.
    for (const file of ["rust-toolchain", "rust-toolchain.toml"]) {
      for (const tree of [real, dummy]) rmSync(join(tree, file), { force: true });
    }
    await cargo(real, ["fetch", "--locked"]);
  }, 300_000);

  test.for(plans)("`cargo %s` plans the same units of dependencies", { timeout: 60_000 }, async (command) => {
    const plan = command.split(" ");
    expect(await dependencyUnits(dummy, plan)).toEqual(await dependencyUnits(real, plan));
  });

  test("the dummy compiles, and the source on top of it compiles no dependency", {
    timeout: 600_000,
  }, async () => {
    // The library of a bare-metal target may not be installed: everything is compiled for the host.
    const host = (await cargo(dummy, ["-vV"])).match(/^host: (.+)$/m)?.[1] ?? "";
    const everything = ["--workspace", "--locked", "--offline"];
    const shared = [...everything, "--target", host, "--target-dir", join(scratch, "target")];
    await cargo(dummy, ["check", "--all-targets", ...shared]);
    await cargo(dummy, ["build", "--all-targets", ...shared]);
    await cargo(dummy, ["test", "--no-run", ...shared]);
    const messages = await cargo(real, ["test", "--no-run", "--message-format", "json", ...shared]);
    const compiled = messages.split("\n").flatMap((line) => {
      const message = parseMessage(line);
      return message?.type === "compiler-artifact" && !message.fresh ? [message.packageId] : [];
    });
    expect(compiled.filter((id) => !id.startsWith("path+"))).toEqual([]);
    expect(compiled).not.toEqual([]);
  });
});

async function cargo(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execa("cargo", args, { cwd, env: { RUSTC_BOOTSTRAP: "1" }, stderr: "pipe" });
  return stdout;
}

/** What a registry's packages are compiled to, with what each unit depends on. */
async function dependencyUnits(cwd: string, plan: readonly string[]): Promise<string[]> {
  const flags = ["--locked", "--offline", "--unit-graph", "-Z", "unstable-options"];
  const { units } = valueOfResult(parseUnitGraph(await cargo(cwd, [...plan, ...flags])));
  const shown = units.map(({ packageId, target, profile, platform, mode, features }) =>
    JSON.stringify({ packageId, target: target.kind, profile, platform, mode, features }),
  );
  return units
    .flatMap(({ package: { source }, dependencies }, index) =>
      source.kind === "path"
        ? []
        : [`${shown[index]} <- ${dependencies.map((edge) => named(shown[edge.index])).sort()}`],
    )
    .sort();
}

/** A unit without where the tree lies. */
function named(unit = ""): string {
  return unit.replaceAll(/path\+file:\/\/[^#]*\/(real|dummy)\//g, "path:");
}
