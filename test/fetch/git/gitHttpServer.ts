import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { testerEnv } from "../../rig/gitRepository.ts";
import { listen } from "../../rig/listen.ts";

export type GitHttpServer = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`, without credentials. */
  readonly url: string;
  /** How often a repository's objects were asked for. */
  readonly fetches: () => number;
};

/**
 * `git http-backend` behind a server that wants a name and password (`user:password`), where one is given.
 */
export async function gitHttpServer(root: string, password?: string): Promise<GitHttpServer> {
  const program = `${execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim()}/git-http-backend`;
  let fetches = 0;
  const server = createServer((request, response) => {
    const wanted = password && `Basic ${Buffer.from(password).toString("base64")}`;
    if (wanted && request.headers.authorization !== wanted) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="private"' }).end();
      return;
    }
    if (request.url?.endsWith("/git-upload-pack")) fetches++;
    answer(program, root, request, response);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    fetches: () => fetches,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The Common Gateway Interface (RFC 3875), as far as `git http-backend` speaks it. */
function answer(program: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn(program, {
    env: {
      ...testerEnv(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      REMOTE_ADDR: "127.0.0.1",
      REMOTE_USER: "tester",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const headers = all.toString("latin1", 0, Math.max(0, end)).split("\r\n");
    const pairs = headers.map((line) => line.split(/:\s*/, 2));
    const status = pairs.find(([name]) => name?.toLowerCase() === "status")?.[1];
    for (const [name, value] of pairs)
      if (name && value && name !== "Status") response.setHeader(name, value);
    response.writeHead(Number.parseInt(status ?? "200", 10)).end(all.subarray(end + 4));
  });
}
