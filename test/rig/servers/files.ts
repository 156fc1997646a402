import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { listen } from "../listen.ts";

/** A server that keeps files, as the simplest of those that caches are kept on, in this process. */
export type FileServer = AsyncDisposable & {
  readonly url: string;
  readonly files: Map<string, Uint8Array>;
  /** What it was asked, as `GET /path`, and the bytes of bodies that it got and gave. */
  readonly asked: string[];
  readonly bytes: { got: number; gave: number };
};

/** Answers in the server's place; false: it answers itself. */
export type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  server: FileServer,
) => boolean | Promise<boolean>;

/** GET with ranges, HEAD, and PUT, which honours `If-None-Match: *`. */
export async function fileServer(behave: Behaviour = () => false): Promise<FileServer> {
  const files = new Map<string, Uint8Array>();
  const [asked, bytes] = [[] as string[], { got: 0, gave: 0 }];
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    if (await behave(request, response, own)) return;
    if (request.method === "PUT") {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      bytes.got += content.length;
      const stays = request.headers["if-none-match"] === "*" && files.has(path);
      if (!stays) files.set(path, content);
      response.writeHead(stays ? 412 : 201).end();
      return;
    }
    const file = files.get(path);
    const [, from = "0"] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const part = file?.subarray(Number(from));
    if (!file || !part) response.writeHead(404, { "content-length": 0 }).end();
    else {
      if (request.method === "GET") bytes.gave += part.length;
      response.writeHead(Number(from) > 0 ? 206 : 200, {
        "content-length": part.length,
        ...(Number(from) > 0 && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
      });
      response.end(request.method === "GET" ? part : undefined);
    }
  });
  const port = await listen(server);
  const own: FileServer = {
    url: `http://127.0.0.1:${port}`,
    files,
    asked,
    bytes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return own;
}
