import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";

/** Becomes a command in what a caller may have set, and programs inherit. The numbers of `prctl` are those of each processor. */
const surroundings = `$SIG{"NUM$_"} = "IGNORE" for 40, 63;
syscall(${process.arch === "arm64" ? 167 : 157}, 41, 1, 0, 0, 0) == 0 or die;
open(my $filter, ">", "/proc/self/coredump_filter") or die;
print $filter "0x7f";
close($filter);
exec @ARGV;`;

const shows = [
  "uname -m; cat /proc/self/personality /proc/self/coredump_filter",
  "grep -E '^(SigIgn|THP_enabled):' /proc/self/status | tr '\\t' ' '",
].join("; ");

/** What a command of a sandbox, which `open` opens, prints of itself, and this process of itself before. */
function shownIn(open: string): { readonly outside: string[]; readonly inside: string[] } {
  const root = mkdtempSync(`${tmpdir()}/gantry-inherited-`);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(`${root}/scratch`);
  const script = `import { spawnSync } from "node:child_process";
import { full, program } from ${JSON.stringify(join(import.meta.dirname, "full.ts"))};
import { noSandbox } from ${JSON.stringify(join(import.meta.dirname, "../../src/sandbox/noSandbox.ts"))};
const [root] = process.argv.slice(1);
const inside = [];
const usr = { at: "/usr", kind: "read-only", directories: ["/usr"] };
const instance = (${open}).enter({ mounts: [usr], scratch: ["/tmp"] }, root + "/scratch");
const argv = ["/bin/sh", "-c", process.argv[2]];
const onLine = (_, line) => inside.push(line);
const env = { PATH: "/usr/bin:/bin" };
const exit = await instance.run({ argv, cwd: "/", env, onLine, signal: new AbortController().signal });
if (!exit.ok) throw new Error(JSON.stringify(exit.error));
const outside = spawnSync(argv[0], argv.slice(1)).stdout.toString().trim().split("\\n");
console.log(JSON.stringify({ outside, inside }));`;
  const words = [process.execPath, "--input-type=module", "--eval", script, root, shows];
  const personality = process.arch === "x64" ? ["linux32", "--addr-no-randomize"] : ["--addr-no-randomize"];
  const ran = spawnSync("setarch", [...personality, "perl", "-e", surroundings, ...words], {
    encoding: "utf8",
  });
  return JSON.parse(ran.stdout || JSON.stringify(ran.stderr));
}

const machine = process.arch === "x64" ? "x86_64" : "aarch64";
const usual = [machine, "00000000", "00000033", "THP_enabled: 1", "SigIgn: 0000000000000000"];
const unusual = [
  process.arch === "x64" ? "i686" : machine,
  process.arch === "x64" ? "00040008" : "00040000",
  "0000007f",
  "THP_enabled: 0",
  "SigIgn: 4000008000000000",
];

describeIsolated("full", () => {
  test("what the caller's process was set to is not handed on: the personality, signals, core dumps, large pages", () => {
    expect(shownIn("full")).toEqual({ outside: unusual, inside: usual });
  });
});

test("at the level `landlock`, too", () => {
  expect(shownIn("noSandbox(root, program)")).toEqual({ outside: unusual, inside: usual });
});

test("at the level `none` all but signals and large pages, which no shell can set", () => {
  const inside = [...usual.slice(0, 3), ...unusual.slice(3)];
  expect(shownIn("noSandbox(root)")).toEqual({ outside: unusual, inside });
});
