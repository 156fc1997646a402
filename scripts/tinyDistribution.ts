import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { Header } from "tar";
import { listen } from "../test/rig/listen.ts";

/**
 * Serves real manifests for rustup, with archives that have one file each: which components it chooses is seen in
 * milliseconds.
 *
 * @param manifests by their paths below `/dist/`
 */
export async function tinyDistribution(
  manifests: ReadonlyMap<string, string>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? "");
    response.writeHead(body ? 200 : 404).end(body);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  for (const [path, text] of manifests) {
    const served = Buffer.from(withTinyArchives(text, url, files));
    files.set(`/dist/${path}`, served);
    files.set(`/dist/${path}.sha256`, Buffer.from(`${sha256(served)}  ${path.replace(/.*\//, "")}\n`));
  }
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function withTinyArchives(text: string, url: string, files: Map<string, Buffer>): string {
  const table =
    /^\[pkg\.([^.\]]+)\.target\.("\*"|[^.\]]+)\]\navailable = true\n(?:(?:xz_)?(?:url|hash) = .*\n)+/gm;
  return text.replace(table, (_, name: string, quoted: string) => {
    const target = quoted.replaceAll('"', "");
    const component = target === "*" ? name : `${name}-${target}`;
    const bytes = tinyArchive(component);
    const path = `/${component}.tar.gz`;
    files.set(path, bytes);
    return `[pkg.${name}.target.${quoted}]\navailable = true\nurl = "${url}${path}"\nhash = "${sha256(bytes)}"\n`;
  });
}

/** An archive as the distribution has it, of a component that installs an empty file. */
function tinyArchive(component: string): Buffer {
  const contents: readonly (readonly [string, string])[] = [
    ["components", `${component}\n`],
    ["rust-installer-version", "3\n"],
    [`${component}/manifest.in`, `file:share/${component}\n`],
    [`${component}/share/${component}`, ""],
  ];
  const blocks = contents.flatMap(([path, text]) => [headerOf(`a/${path}`, text.length), padded(text)]);
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function headerOf(path: string, size: number): Buffer {
  const header = new Header({ path, size, mode: 0o644, type: "File", uid: 0, gid: 0, mtime: new Date(0) });
  header.encode();
  return header.block ?? Buffer.alloc(512);
}

function padded(text: string): Buffer {
  return Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, "\0"));
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
