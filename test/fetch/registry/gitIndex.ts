import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gitRepository } from "../../rig/gitRepository.ts";
import type { PublishedCrate } from "../../rig/publishedCrate.ts";
import { indexConfiguration, indexText } from "./crateRegistry.ts";

/** Makes the git repository of an index in `directory`; downloads come from `host`. Gives its commit. */
export function writeGitIndex(directory: string, crates: readonly PublishedCrate[], host: string): string {
  const files = crates.map(({ name }) => [indexPath(name), indexText(crates, name)] as const);
  return gitRepository(directory).commit({
    "config.json": indexConfiguration(host, false),
    ...Object.fromEntries(files),
  });
}

/** Where an index has the file of a crate, for names of four letters and more. */
function indexPath(name: string): string {
  return `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}

/** Serves the repositories below `root` under `/git/`, by git's own server for HTTP. */
export function gitBackend(root: string): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    if (!url.pathname.startsWith("/git/")) return false;
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: url.pathname.slice("/git".length),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_ADDR: "127.0.0.1",
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", () => answer(Buffer.concat(chunks), response));
    return true;
  };
}

/** What a CGI program printed: header lines, an empty line, the body. */
function answer(printed: Buffer, response: ServerResponse): void {
  const end = printed.indexOf("\r\n\r\n");
  let status = 200;
  for (const line of printed.subarray(0, end).toString().split("\r\n")) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name === "Status") status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status).end(printed.subarray(end + 4));
}
