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
  for (const name of ["cmp", "cp", "dirname", "find", "ln", "mkdir", "mv", "readlink", "rm", "sh", "sleep"])
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
  expect(existsSync(join(root, "dist/setup.lock"))).toBe(false);
});

test("the lock of a killed run is not taken from whoever took it over meanwhile", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-setup-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const name of ["scripts", "dist", "src", "bin"]) mkdirSync(join(root, name));
  for (const name of ["scripts/setup", "package.json", "package-lock.json", "tsdown.config.ts"])
    cpSync(join(clone, name), join(root, name));
  const lock = join(root, "dist/setup.lock");
  symlinkSync(String(spawnSync("true").pid), lock);
  // Once the lock was read, another has it.
  const readlink = spawnSync("sh", ["-c", "command -v readlink"], { encoding: "utf8" }).stdout.trim();
  writeFileSync(
    join(root, "bin/readlink"),
    `#!/bin/sh\n${readlink} "$@"\n[ -e "$0.ran" ] || { : > "$0.ran"; ln -sfn ${process.pid} '${lock}'; }\n`,
    { mode: 0o755 },
  );
  // Nothing is installed.
  writeFileSync(join(root, "bin/npm"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const setup = spawn("sh", ["scripts/setup"], {
    cwd: root,
    env: { PATH: `${join(root, "bin")}:${process.env.PATH}` },
  });
  const waiting = `gantry: waiting for another first run (process ${process.pid})…\n`;
  setup.stderr.on("data", (said) => {
    if (String(said).includes(waiting)) rmSync(lock);
  });
  const { status, err } = await endOf(setup);
  expect([status, err.slice(0, waiting.length)]).toEqual([1, waiting]);
  expect(readdirSync(join(root, "dist"))).toEqual([]);
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
