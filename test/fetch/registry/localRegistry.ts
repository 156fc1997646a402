import { createServer } from "node:http";
import { listen } from "../../rig/listen.ts";
import { craftLibrary } from "./craftCrate.ts";

export type LocalRegistry = AsyncDisposable & {
  /** As a lock names it. */
  readonly source: string;
  readonly checksums: Readonly<Record<string, string>>;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
};

/**
 * A sparse registry on this machine that serves libraries, by name, each in version 1.0.0 with the given
 * source.
 */
export async function localRegistry(libraries: Readonly<Record<string, string>>): Promise<LocalRegistry> {
  const crates = new Map(
    Object.entries(libraries).map(([name, text]) => [name, craftLibrary(name, "1.0.0", text)]),
  );
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    const name = path.split("/").at(-1) ?? "";
    const crate = crates.get(name);
    if (path === "/index/config.json")
      response.end(JSON.stringify({ dl: `http://${request.headers.host}/dl/{crate}` }));
    else if (crate === undefined) response.writeHead(404).end();
    else if (path.startsWith("/dl/")) response.end(crate.bytes);
    else response.end(indexLine(name, crate.checksum));
  });
  const port = await listen(server);
  return {
    source: `sparse+http://127.0.0.1:${port}/index/`,
    checksums: Object.fromEntries([...crates].map(([name, { checksum }]) => [name, checksum])),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function indexLine(name: string, cksum: string): string {
  return `${JSON.stringify({ name, vers: "1.0.0", deps: [], cksum, features: {}, yanked: false })}\n`;
}
