import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tempProject } from "../../rig/tempProject.ts";

// What an editor makes of what `gantry init` writes: asked of TypeScript's own language server, which is that of VS Code.

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": "fn main() {}\n",
});
const file = join(project.root, "gantry.config.ts");
const server = languageServer();

beforeAll(async () => {
  project.lock();
  expect(await project.gantry(["init", "--yes"])).toMatchObject({ status: 0 });
  server.tell("open", { file, fileContent: project.read("gantry.config.ts") });
});
afterAll(() => {
  server.close();
  project[Symbol.dispose]();
});

/** Where a text stands in the configuration, as the server counts; just behind it. */
function behind(text: string): { file: string; line: number; offset: number } {
  const lines = project.read("gantry.config.ts").split("\n");
  const line = lines.findIndex((each) => each.includes(text));
  return { file, line: line + 1, offset: (lines[line] ?? "").indexOf(text) + text.length + 1 };
}

test("the configuration has no errors, without a `package.json` and a `tsconfig.json`", async () => {
  expect(await server.ask("semanticDiagnosticsSync", { file })).toEqual([]);
  expect(await server.ask("syntacticDiagnosticsSync", { file })).toEqual([]);
});

test("what an editor is told has no errors itself", async () => {
  const types = join(project.root, ".gantry/gantry.d.ts");
  server.tell("open", { file: types });
  expect(await server.ask("semanticDiagnosticsSync", { file: types })).toEqual([]);
});

test("configurations that the documentation shows have no errors, nor has one that awaits", async () => {
  const clone = join(import.meta.dirname, "../../..");
  const pages = [
    "README.md",
    ...readdirSync(join(clone, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];
  const blocks = pages.flatMap((page) =>
    [...readFileSync(join(clone, page), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].flatMap(([, text = ""]) =>
      text.includes("export default") ? [{ page, text }] : [],
    ),
  );
  const awaiting = project
    .read("gantry.config.ts")
    .replace("defineProject((", "defineProject(async (")
    .replace("const src =", "await undefined;\n  const src =");
  expect(awaiting).toContain("await undefined");
  const shown = [...blocks, { page: "awaiting", text: awaiting }];
  const found = await Promise.all(
    shown.map(async ({ page, text }, index) => {
      const path = join(project.root, `shown-${index}.ts`);
      server.tell("open", {
        file: path,
        fileContent: `/// <reference path=".gantry/gantry.d.ts" />\n${text}`,
      });
      const errors = await server.ask("semanticDiagnosticsSync", { file: path });
      server.tell("close", { file: path });
      return (errors as { text: string }[]).map((error) => `${page}: ${error.text}`);
    }),
  );
  expect(found.flat()).toEqual([]);
  expect(blocks.length).toBeGreaterThan(15);
});

test("`crane.` is completed with Crane's functions", async () => {
  const names = await server.ask("completionInfo", behind("crane."));
  expect(entryNames(names)).toEqual(
    expect.arrayContaining([
      "buildDepsOnly",
      "buildPackage",
      "cargoClippy",
      "cargoFmt",
      "cargoTest",
      "cleanCargoSource",
    ]),
  );
});

test("arguments are completed, too", async () => {
  expect(entryNames(await server.ask("completionInfo", behind("buildPackage({ ...common, ")))).toEqual(
    expect.arrayContaining(["cargoProfile", "cargoTestExtraArgs", "nativeBuildInputs"]),
  );
});

test("going to a definition leads into the types, where it is explained", async () => {
  const found = await server.ask("definition", behind("crane.buildPack"));
  expect(found).toMatchObject([{ file: join(project.root, ".gantry/gantry.d.ts") }]);
  expect(await server.ask("quickinfo", behind("fileset.autom"))).toMatchObject({
    documentation: expect.stringContaining("What a project without a configuration is built from"),
  });
});

test("a misspelt argument is underlined", async () => {
  const text = project.read("gantry.config.ts").replace("doCheck: false", "doChekc: false");
  server.tell("open", { file, fileContent: text });
  const found = await server.ask("semanticDiagnosticsSync", { file });
  expect(JSON.stringify(found)).toContain("'doChekc' does not exist in type");
});

function entryNames(completion: unknown): readonly string[] {
  const { entries = [] } = completion as { entries?: readonly { name: string }[] };
  return entries.map(({ name }) => name);
}

/** `tsserver` and its protocol: requests are lines, and so is what is of interest in its answers. */
function languageServer() {
  const script = fileURLToPath(import.meta.resolve("typescript/lib/tsserver.js"));
  const child = spawn(process.execPath, [script, "--disableAutomaticTypingAcquisition"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting = new Map<number, (body: unknown) => void>();
  let seq = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const message: { type: string; request_seq?: number; body?: unknown } = JSON.parse(line);
    if (message.type === "response") waiting.get(message.request_seq ?? 0)?.(message.body);
  });
  const tell = (command: string, args: object): number => {
    seq += 1;
    child.stdin.write(`${JSON.stringify({ seq, type: "request", command, arguments: args })}\n`);
    return seq;
  };
  return {
    tell,
    ask: (command: string, args: object) =>
      new Promise<unknown>((resolve) => void waiting.set(tell(command, args), resolve)),
    close: () => void child.kill(),
  };
}
