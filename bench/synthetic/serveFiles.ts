import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Serves files by path on this machine alone, at a free port, until disposed. They are asked for at each
 * request.
 */
export async function serveFiles(
  files: () => ReadonlyMap<string, Buffer>,
): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((request, response) => {
    const file = files().get(request.url ?? "");
    response.writeHead(file ? 200 : 404).end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the server has no port");
  return {
    address: `http://127.0.0.1:${at.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
