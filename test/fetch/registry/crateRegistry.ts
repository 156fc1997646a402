import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen } from "../../rig/listen.ts";
import type { PublishedCrate } from "../../rig/publishedCrate.ts";

export type CrateRegistry = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`. */
  readonly base: string;
  /** As a lock names its sparse index. */
  readonly source: string;
  /**
   * `METHOD path` of all that was asked for with the right token, in order; `401 path` of what was refused.
   */
  readonly requests: readonly string[];
};

export type CrateRegistrySetting = {
  /** What every request must carry as its authorization (`auth-required`). Default: none is asked for. */
  readonly token?: string;
  /** The status that says no. Default: 401. */
  readonly refusal?: 401 | 403;
  /** Stems of crates that were yanked, such as `a-1.0.0`. */
  readonly yanked?: readonly string[];
  /** Answers what the registry itself does not know; says whether it did. */
  readonly also?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

/** A sparse registry on this machine, with `.crate` files for download. */
export async function crateRegistry(
  crates: readonly PublishedCrate[],
  { token, refusal = 401, yanked = [], also }: CrateRegistrySetting = {},
): Promise<CrateRegistry> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (also?.(request, response)) return;
    if (token !== undefined && request.headers.authorization !== token) {
      requests.push(`${refusal} ${path}`);
      response.writeHead(refusal, { "www-authenticate": "Cargo" }).end();
      return;
    }
    requests.push(`${request.method} ${path}`);
    const host = `http://${request.headers.host}`;
    if (path === "/index/config.json") {
      response.end(indexConfiguration(host, token !== undefined));
      return;
    }
    const name = path.split("/").at(-1) ?? "";
    const crate = crates.find((one) => one.name === name || `${one.name}-${one.version}.crate` === name);
    if (crate === undefined) response.writeHead(404).end();
    else if (path.startsWith("/dl/")) response.end(crate.bytes);
    else response.end(indexText(crates, crate.name, yanked));
  });
  const port = await listen(server);
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    source: `sparse+${base}/index/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `config.json` of an index (https://doc.rust-lang.org/cargo/reference/registry-index.html). */
export function indexConfiguration(host: string, authRequired: boolean): string {
  const dl = `${host}/dl/{crate}-{version}.crate`;
  return JSON.stringify({ dl, ...(authRequired && { "auth-required": true, api: host }) });
}

/** The lines of an index about one crate. */
export function indexText(
  crates: readonly PublishedCrate[],
  name: string,
  yanked: readonly string[] = [],
): string {
  const lines = crates
    .filter((crate) => crate.name === name)
    .map(({ name, version, checksum, dependencies }) =>
      JSON.stringify({
        name,
        vers: version,
        deps: dependencies.map(dependency),
        cksum: checksum,
        features: {},
        yanked: yanked.includes(`${name}-${version}`),
      }),
    );
  return lines.map((line) => `${line}\n`).join("");
}

function dependency(name: string) {
  return {
    name,
    req: "*",
    features: [],
    optional: false,
    default_features: true,
    target: null,
    kind: "normal",
  };
}
