import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { workDirectory } from "./workDirectory.ts";

const example = fileURLToPath(new URL("../examples/parcels", import.meta.url));
const page = fileURLToPath(new URL("../docs/cross.md", import.meta.url));

type Case = {
  readonly platform: string;
  /** Default: that of the workspace. */
  readonly package?: string;
  /** Runs the program, and gives what it printed. */
  readonly run: (program: string, work: string) => string;
  readonly says: RegExp;
  /** How it is run, for the page. */
  readonly by: string;
};

const demo = /delivered/i;
const cases: readonly Case[] = [
  {
    platform: "x86_64-unknown-linux-musl",
    run: (program) => output(program, ["demo"]),
    says: demo,
    by: "itself",
  },
  {
    platform: "aarch64-unknown-linux-gnu",
    run: (program) => output("qemu-aarch64", ["-L", "/usr/aarch64-linux-gnu", program, "demo"]),
    says: demo,
    by: "QEMU",
  },
  {
    platform: "wasm32-wasip1",
    package: "parcels-scanner",
    run: onWasi,
    says: /^0a013710041a044c796f6e\n$/,
    by: "Node's WASI",
  },
  {
    platform: "x86_64-pc-windows-gnu",
    run: onWindows,
    says: demo,
    by: wine() ? "Wine" : "its headers alone",
  },
];

const { store: kept } = new Command("test:cross")
  .description("build the example for four platforms, and run what came out; notes it in docs/cross.md")
  .option("--store <directory>", "use this store instead of an empty one")
  .parse()
  .opts<{ store?: string }>();

await using work = await workDirectory("cross");
const store = kept ?? join(work.path, "store");
const rows: string[][] = [];
let failed = 0;
for (const each of cases) {
  const link = join(work.path, each.platform);
  const options = ["--target", each.platform, ...(each.package === undefined ? [] : ["-p", each.package])];
  const begin = performance.now();
  const built = await execa(
    gantryCommand,
    ["build", "-C", example, "--store", store, "--out-link", link, "--log-format", "json", ...options],
    { reject: false, stdin: "ignore" },
  );
  const seconds = (performance.now() - begin) / 1000;
  const problem = built.failed ? `not built: ${built.stdout.slice(-2000)}` : problemOf(each, link);
  if (problem !== undefined) failed += 1;
  console.log(`${each.platform}: ${problem ?? "as it should be"}, ${seconds.toFixed(0)} s`);
  const program = each.package === undefined ? "`parcels`" : `\`${each.package}\``;
  const ran = problem === undefined ? `yes, by ${each.by}` : "no";
  rows.push([`\`${each.platform}\``, program, fileIn(link), ran]);
}
note(markdownTable(["platform", "program", "file", "built and ran"], rows));
console.log(`${cases.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function fileIn(link: string): string {
  return existsSync(link)
    ? readdirSync(join(link, "bin"))
        .map((name) => `\`${name}\``)
        .join(", ")
    : "";
}

function problemOf({ run, says }: Case, link: string): string | undefined {
  const [name] = readdirSync(join(link, "bin"));
  if (name === undefined) return "no program";
  try {
    const said = run(join(link, "bin", name), work.path);
    return says.test(said) ? undefined : `it says ${said.slice(0, 400)}`;
  } catch (error) {
    return String(error);
  }
}

function output(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, ...env } });
}

function onWasi(program: string): string {
  const script = `const { readFileSync } = require("node:fs");
const { WASI } = require("node:wasi");
const wasi = new WASI({ version: "preview1", args: process.argv.slice(1) });
WebAssembly.instantiate(readFileSync(process.argv[1]), wasi.getImportObject()).then(({ instance }) => wasi.start(instance));`;
  return output(process.execPath, ["--no-warnings", "-e", script, program, "7", "delivered", "Lyon"]);
}

function wine(): string | undefined {
  return ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"].find((path) => existsSync(path));
}

/** Wine 8, of Debian 12, lacks the library that Rust takes random numbers from: see findings/wine-8-without-prng.sh. */
function onWindows(program: string, directory: string): string {
  const bytes = readFileSync(program);
  const header = bytes.readUInt32LE(0x3c);
  if (bytes.toString("latin1", header, header + 4) !== "PE\0\0" || bytes.readUInt16LE(header + 4) !== 0x8664)
    return "that it is no program for x86-64 Windows";
  const runs = wine();
  if (runs === undefined) return "delivered, as far as headers tell";
  const place = join(directory, "windows");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "parcels.exe"), bytes);
  writeFileSync(
    join(place, "prng.c"),
    "#include <windows.h>\n#include <ntsecapi.h>\n__declspec(dllexport) BOOL ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }\n",
  );
  output("x86_64-w64-mingw32-gcc", [
    ...["-shared", "-o", join(place, "bcryptprimitives.dll"), join(place, "prng.c"), "-ladvapi32"],
  ]);
  const env = { WINEPREFIX: join(place, "prefix"), WINEDEBUG: "-all" };
  return output(runs, [join(place, "parcels.exe"), "demo"], env);
}

/** Puts the table between its marks. */
function note(table: string): void {
  const text = readFileSync(page, "utf8");
  const [begin, end] = ["<!-- begin measured -->", "<!-- end measured -->"];
  const [before = "", rest = ""] = text.split(begin);
  const after = rest.split(end)[1] ?? "";
  writeFileSync(page, `${before}${begin}\n\n${table}\n\n${end}${after}`);
}
