import { execFile, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { type End, endOf } from "./endOf.ts";

const root = join(import.meta.dirname, "../..");
const launcher = join(root, "gantry");
const run = promisify(execFile);

beforeAll(async () => void (await run("sh", [join(root, "scripts/setup")])));

/** Runs a program to its end; the environment is this one's, without what would change colours. */
function ran(file: string, args: readonly string[] = [], cwd = root): Promise<End> {
  return endOf(spawn(file, args, { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME } }));
}

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), "gantry-cli-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("it starts", async () => {
  expect(await ran(launcher, ["--version"])).toEqual({ status: 0, out: "gantry 0.1.0\n", err: "" });
});

test("without arguments it prints its help", async () => {
  const { status, out, err } = await ran(launcher);
  expect({ status, err, usage: out.split("\n")[0] }).toEqual({
    status: 0,
    err: "",
    usage: "Usage: gantry [OPTIONS] COMMAND",
  });
});

test("a mistake exits with 2 and says so on standard error", async () => {
  expect(await ran(launcher, ["completion", "bash"])).toEqual({
    status: 2,
    out: "",
    err: `error[usage]: no such command: \`completion\`
  = help: a command with a similar name exists: \`completions\`
  = help: gantry --help
`,
  });
});

test("it starts through links, relative and absolute, from any directory", async () => {
  const bin = temporary();
  symlinkSync(launcher, join(bin, "gantry"));
  symlinkSync("gantry", join(bin, "again"));
  for (const name of ["gantry", "again"]) {
    expect(await ran(join(bin, name), ["-V"], "/")).toEqual({ status: 0, out: "gantry 0.1.0\n", err: "" });
  }
});

test("as `cargo gantry` it drops the word that Cargo passes on", async () => {
  const bin = temporary();
  symlinkSync(launcher, join(bin, "cargo-gantry"));
  for (const file of [join(bin, "cargo-gantry"), join(root, "scripts/cargo-gantry")]) {
    expect(await ran(file, ["gantry", "-V"])).toEqual({ status: 0, out: "gantry 0.1.0\n", err: "" });
  }
});

test("a reader that goes away is no error", async () => {
  const told = await ran("bash", ["-c", `set -o pipefail; "${launcher}" completions bash | head -n 1`]);
  expect(told).toEqual({ status: 0, out: "_gantry() {\n", err: "" });
});

test("a clone that cannot be written to runs as it was set up", async () => {
  const clone = join(temporary(), "clone");
  for (const part of [
    "gantry",
    "scripts",
    "src",
    "package.json",
    "package-lock.json",
    "tsdown.config.ts",
    "dist",
  ]) {
    cpSync(join(root, part), join(clone, part), { recursive: true, verbatimSymlinks: true });
  }
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  utimesSync(join(clone, "src/cli/main.ts"), new Date(), new Date(Date.now() + 60_000));
  await run("chmod", ["-R", "a-w", clone]);
  onTestFinished(() => void chmodSync(clone, 0o755));
  // Root writes wherever it likes, except to a read-only mount.
  const mount = process.getuid?.() === 0 ? ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev"] : [];
  const [file = "", ...args] = [...mount, join(clone, "gantry"), "-V"];
  expect(await ran(file, args)).toEqual({ status: 0, out: "gantry 0.1.0\n", err: "" });
});

test("completions know the commands that there are", async () => {
  const { status, out } = await ran(launcher, ["completions", "bash"]);
  expect(status).toBe(0);
  for (const { name } of commands.filter((each) => !each.isHidden)) expect(out).toContain(`"${name}")`);
});
