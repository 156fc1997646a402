import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { listen } from "../test/rig/listen.ts";

/** What is wrong with a file: a status, other bytes, or the connection, which ends in the middle, once. */
export type Fault = number | "breaks" | Buffer;

export type FaultyServer = AsyncDisposable & {
  readonly url: string;
  readonly faults: Map<string, Fault>;
  /** The paths that were asked for, with where a transfer began. */
  readonly asked: string[];
};

/** Serves a directory at `/dist/` on this machine, with ranges and with what is wrong. */
export async function faultyServer(directory: string): Promise<FaultyServer> {
  const faults = new Map<string, Fault>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/^\/dist\//, "");
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    asked.push(from > 0 ? `${path} from ${from}` : path);
    const fault = faults.get(path);
    if (typeof fault === "number" || !existsSync(join(directory, path))) {
      response.writeHead(typeof fault === "number" ? fault : 404).end();
      return;
    }
    const bytes = Buffer.isBuffer(fault) ? fault : readFileSync(join(directory, path));
    const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": bytes.length - from,
      ...(from > 0 && range),
    });
    if (fault !== "breaks") {
      response.end(bytes.subarray(from));
      return;
    }
    faults.delete(path);
    const half = from + Math.floor((bytes.length - from) / 2);
    response.write(bytes.subarray(from, half), () => setTimeout(() => response.destroy(), 200));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ faults, asked },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
