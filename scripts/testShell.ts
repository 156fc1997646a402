import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gantryCommand } from "./gantryCommand.ts";
import { workDirectory } from "./workDirectory.ts";

// Has rust-analyzer, as a dev shell has it, find definitions of the project and of the standard library, and says where.

await using work = await workDirectory("shell");
const files = {
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "Cargo.lock": 'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n',
  "src/main.rs": 'mod greet;\n\nfn main() {\n    println!("{}", greet::hello(&String::from("you")));\n}\n',
  "src/greet.rs": 'pub fn hello(to: &str) -> String {\n    format!("hello, {to}")\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, toolchains }) => {
  const components = ["rust-src", "rust-analyzer"];
  const lib = crane.overrideToolchain(toolchains.stable("1.95.0", { components }));
  return {
    packages: { default: lib.buildPackage({ src: lib.cleanCargoSource(".") }) },
    devShells: { default: lib.devShell({}) },
  };
});
`,
};
for (const [path, text] of Object.entries(files)) {
  await mkdir(join(work.path, dirname(path)), { recursive: true });
  await writeFile(join(work.path, path), text);
}

const server = spawn(gantryCommand, ["develop", "-C", work.path, "-c", "rust-analyzer"], {
  stdio: ["pipe", "pipe", "inherit"],
});

type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly params?: unknown;
};
const waiting = new Map<number, (result: unknown) => void>();
const quiet = Promise.withResolvers<void>();
let received = Buffer.alloc(0);
server.stdout.on("data", (bytes: Buffer) => {
  received = Buffer.concat([received, bytes]);
  for (;;) {
    const head = received.indexOf("\r\n\r\n");
    const length = Number(
      /Content-Length: (\d+)/.exec(received.toString("latin1", 0, Math.max(head, 0)))?.[1],
    );
    if (head < 0 || received.length < head + 4 + length) return;
    const message: Message = JSON.parse(received.toString("utf8", head + 4, head + 4 + length));
    received = received.subarray(head + 4 + length);
    handle(message);
  }
});

function handle({ id, method, result, params }: Message): void {
  if (method === undefined && id !== undefined) waiting.get(id)?.(result);
  // The server asks, too, and waits for an answer.
  else if (id !== undefined) send({ id, result: method === "workspace/configuration" ? [null] : null });
  // What it tells of its state (rust-analyzer's own extension of the protocol).
  if (method === "experimental/serverStatus" && isQuiescent(params)) quiet.resolve();
}

function isQuiescent(params: unknown): boolean {
  return typeof params === "object" && params !== null && "quiescent" in params && params.quiescent === true;
}

function send(message: object): void {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

let last = 0;
function ask(method: string, params: object): Promise<unknown> {
  const id = ++last;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

const main = pathToFileURL(join(work.path, "src/main.rs")).href;
const ended = new Promise<never>((_, reject) =>
  server.once("exit", (status) => reject(new Error(`rust-analyzer ended with ${status}`))),
);
const answered = <T>(promise: Promise<T>): Promise<T> => Promise.race([promise, ended]);

await answered(
  ask("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(work.path).href,
    capabilities: { experimental: { serverStatusNotification: true } },
  }),
);
send({ method: "initialized", params: {} });
send({
  method: "textDocument/didOpen",
  params: { textDocument: { uri: main, languageId: "rust", version: 1, text: files["src/main.rs"] } },
});
await answered(quiet.promise);

const line = 'fn main() {\n    println!("{}", greet::hello(&String::from("you")));'.split("\n")[1] ?? "";
const wanted = {
  "hello(": /\/src\/greet\.rs$/,
  "String::": /\/library\/alloc\/src\/string\.rs$/,
  "from(": /\/library\/(?:core|alloc)\/src\//,
};
let failed = 0;
for (const [word, place] of Object.entries(wanted)) {
  const position = { line: 3, character: line.indexOf(word) + 1 };
  const found = JSON.stringify(
    await answered(ask("textDocument/definition", { textDocument: { uri: main }, position })),
  );
  const uri = /"(?:target)?[uU]ri":"([^"]*)"/.exec(found)?.[1] ?? "nowhere";
  const isRight = place.test(uri);
  failed += isRight ? 0 : 1;
  console.log(`${isRight ? "found" : "MISSED"} \`${word.replace(/\W+$/, "")}\` in ${uri}`);
}
server.removeAllListeners("exit");
await ask("shutdown", {});
send({ method: "exit" });
process.exitCode = failed === 0 ? 0 : 1;
