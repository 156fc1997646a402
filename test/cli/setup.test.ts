import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { containers, inContainer } from "../rig/container.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { endOf } from "./endOf.ts";

const clone = resolve(import.meta.dirname, "../..");

test("packages are installed again where the lock says something else, whatever the times of files", () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-setup-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const lock = join(root, "package-lock.json");
  for (const name of ["scripts/setup", "package.json", "package-lock.json", "tsdown.config.ts"]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    cpSync(join(clone, name), join(root, name));
  }
  mkdirSync(join(root, "src"));
  // As npm left it, with its note of what is there.
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as { packages: Record<string, object> };
  for (const path of Object.keys(packages)) mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages }));
  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync(process.execPath, join(root, "node_modules/.bin/node"));
  // And a bundle that is younger than its source.
  mkdirSync(join(root, "dist"));
  for (const name of ["dist/cli.js", "dist/stamp"]) writeFileSync(join(root, name), "");
  symlinkSync(process.execPath, join(root, "dist/node"));
  // There is no npm, so that one sees when it is wanted.
  const bin = join(root, "bin");
  mkdirSync(bin);
  for (const name of ["cmp", "cp", "dirname", "find", "flock", "ln", "mkdir", "mv", "rm", "sh", "sleep"])
    symlinkSync(
      spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim(),
      join(bin, name),
    );
  const setup = () => {
    const { status, stderr } = spawnSync("sh", ["scripts/setup"], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: bin },
    });
    return [status, stderr.split("\n")[0]];
  };
  expect(setup()).toEqual([0, ""]);
  expect(readFileSync(join(root, "node_modules/.installed-lock.json"), "utf8")).toBe(
    readFileSync(lock, "utf8"),
  );
  const text = readFileSync(lock, "utf8");
  writeFileSync(lock, text.replace('"integrity": "', '"integrity": "x'));
  utimesSync(lock, new Date(0), new Date(0));
  expect(setup()).toEqual([1, "gantry: error: `npm` not found"]);
  writeFileSync(lock, text);
  utimesSync(lock, new Date(0), new Date(0));
  expect(setup()).toEqual([0, ""]);
  // What was not installed by this script is believed only as far as it is there.
  rmSync(join(root, "node_modules/.installed-lock.json"));
  rmSync(join(root, "node_modules/execa"), { recursive: true });
  expect(setup()).toEqual([1, "gantry: error: `npm` not found"]);
});

/** A clone in which nothing is installed, and what npm does there is said. */
function cloneWith(npm: string): string {
  const root = mkdtempSync(join(tmpdir(), "gantry-setup-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const name of ["scripts", "dist", "src", "bin"]) mkdirSync(join(root, name));
  for (const name of ["scripts/setup", "package.json", "package-lock.json", "tsdown.config.ts"])
    cpSync(join(clone, name), join(root, name));
  writeFileSync(join(root, "bin/npm"), `#!/bin/sh\n${npm}\nexit 1\n`, { mode: 0o755 });
  return root;
}

function startSetup(root: string, through: readonly string[] = []) {
  const [program = "sh", ...words] = [...through, "sh", "scripts/setup"];
  const env = { PATH: `${join(root, "bin")}:${process.env.PATH}` };
  // A group of its own, to be killed with all that it started.
  return spawn(program, words, { cwd: root, env, detached: true });
}

test("what killed runs left is no lock, and goes", async () => {
  const root = cloneWith(":");
  symlinkSync(String(process.pid), join(root, "dist/setup.lock"));
  writeFileSync(join(root, "dist/lock"), "");
  mkdirSync(join(root, "dist/next.7"));
  writeFileSync(join(root, "dist/setup.7.log"), "");
  const { status, err } = await endOf(startSetup(root));
  expect([status, err.split("\n")[0]]).toEqual([1, "gantry: installing (first run)…"]);
  expect(readdirSync(join(root, "dist")).sort()).toEqual(["lock", "setup.lock"]);
});

describeWhere(containers, "in a container", () => {
  test("a run waits for one outside, whose process it does not see, and goes on when that was killed", async () => {
    const root = cloneWith("[ -e begun ] || { : >begun; exec sleep 60; }");
    const first = startSetup(root);
    const firstEnded = endOf(first);
    while (!existsSync(join(root, "begun"))) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = startSetup(root, ["unshare", ...inContainer]);
    const waiting = "gantry: waiting for another first run…\n";
    second.stderr.on("data", (said) => {
      if (String(said).includes(waiting) && first.pid !== undefined) process.kill(-first.pid, "SIGKILL");
    });
    const { status, err } = await endOf(second);
    expect([status, err.slice(0, waiting.length)]).toEqual([1, waiting]);
    await firstEnded;
  });
});

const terminal = spawnSync("script", ["--version"], { encoding: "utf8" });

const recorder = {
  isThere: terminal.stdout?.includes("util-linux") === true,
  missing: "`script` of util-linux (apt-get install bsdutils)",
};

describeWhere(recorder, "on a terminal", () => {
  test("dots move meanwhile, and nowhere else", () => {
    const root = mkdtempSync(join(tmpdir(), "gantry-setup-"));
    onTestFinished(() => rmSync(root, { recursive: true }));
    for (const name of ["scripts", "bin"]) mkdirSync(join(root, name));
    cpSync(join(clone, "scripts/setup"), join(root, "scripts/setup"));
    writeFileSync(join(root, "package-lock.json"), "{}");
    writeFileSync(join(root, "bin/npm"), "#!/bin/sh\nsleep 5\necho no network\nexit 1\n", { mode: 0o755 });
    const env = { PATH: `${join(root, "bin")}:${process.env.PATH}` };
    const options = { cwd: root, encoding: "utf8", env } as const;
    const shown = spawnSync("script", ["-qec", "sh scripts/setup", "/dev/null"], options);
    const failed = "\nno network\ngantry: error: `npm ci` failed\n";
    expect(shown.stdout.replaceAll("\r", "")).toMatch(
      new RegExp(`^gantry: installing \\(first run\\)…\\.{1,3}${failed}`),
    );
    expect(spawnSync("sh", ["scripts/setup"], options).stderr).toMatch(
      new RegExp(`^gantry: installing \\(first run\\)…${failed}`),
    );
  });
});
