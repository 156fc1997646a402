import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "./listen.ts";
import { writeFiles } from "./writeFiles.ts";

/** A package of a release: for which platform, and the files that it installs; undefined: the release lacks it. */
export type PackedComponent = {
  readonly name: string;
  readonly target: string;
  readonly files: Readonly<Record<string, string>> | undefined;
};

type Release = {
  /** `stable`, `1.95.0`, `nightly`: each of these leads to it. */
  readonly channels: readonly string[];
  /** Those that lead to it by its day. Default: the same. */
  readonly datedChannels?: readonly string[];
  readonly date: string;
  /** Of its compiler. */
  readonly version: string;
  readonly components: readonly PackedComponent[];
};

/** A server of toolchains on this machine, as rustup knows them (`RUSTUP_DIST_SERVER`). */
export type Distribution = AsyncDisposable & {
  readonly url: string;
  /** The paths that were asked for, with where a transfer began. */
  readonly asked: string[];
  /** What a path gives from now on: other bytes, a status, or the beginning of it and then the end of the connection. */
  change(path: string, to: Buffer | number | { readonly breaksAt: number }): void;
  bytesOf(path: string): Buffer;
};

/** Serves releases whose archives and manifests are those of the Rust distribution. */
export async function distribution(host: string, releases: readonly Release[]): Promise<Distribution> {
  const work = mkdtempSync(join(tmpdir(), "gantry-distribution-"));
  const files = new Map<string, Buffer>();
  for (const release of releases) publish(release, { host, work, files });
  rmSync(work, { recursive: true });
  const changes = new Map<string, Buffer | number | { readonly breaksAt: number }>();
  const asked: string[] = [];
  const server = createServer((request, response) => answer(request, response, { files, changes, asked }));
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    change: (path, to) => void changes.set(path, to),
    bytesOf: (path) => files.get(path) ?? Buffer.alloc(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Served = {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly changes: Map<string, Buffer | number | { readonly breaksAt: number }>;
  readonly asked: string[];
};

function answer(request: IncomingMessage, response: ServerResponse, { files, changes, asked }: Served): void {
  const path = request.url ?? "";
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  asked.push(from === 0 ? path : `${path} from ${from}`);
  const change = changes.get(path);
  const whole = Buffer.isBuffer(change) ? change : files.get(path);
  if (typeof change === "number" || whole === undefined) {
    response.writeHead(typeof change === "number" ? change : 404).end();
    return;
  }
  if (from >= whole.length && from > 0) {
    response.writeHead(416).end();
    return;
  }
  const rest = whole.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": rest.length,
    ...(from > 0 && { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` }),
  });
  if (change && !Buffer.isBuffer(change)) {
    changes.delete(path);
    response.write(rest.subarray(0, change.breaksAt), () => setTimeout(() => response.destroy(), 100));
    return;
  }
  response.end(rest);
}

type Publishing = { readonly host: string; readonly work: string; readonly files: Map<string, Buffer> };

function publish(release: Release, { host, work, files }: Publishing): void {
  const { channels, datedChannels = channels, date, version, components } = release;
  const tables = components.map(({ name, target, files: installed }) => {
    const table = `[pkg.${name}.target.${JSON.stringify(target)}]\n`;
    if (installed === undefined) return `${table}available = false\n`;
    const path = `/dist/${date}/${name}-${datedChannels[0]}-${target}.tar.xz`;
    const bytes = packed(work, `${name}${target === "*" ? "" : `-${target}`}`, installed);
    files.set(path, bytes);
    return `${table}available = true\nxz_url = "https://static.rust-lang.org${path}"\nxz_hash = "${sha256(bytes)}"\n`;
  });
  const listed = components.map(
    ({ name, target }) => `[[pkg.rust.target.${host}.extensions]]\npkg = "${name}"\ntarget = "${target}"\n`,
  );
  const names = [...new Set(components.map(({ name }) => name))];
  const manifest = [
    `manifest-version = "2"\ndate = "${date}"\n`,
    ...names.map((name) => `[pkg.${name}]\nversion = "${version}"\n`),
    ...tables,
    `[pkg.rust]\nversion = "${version}"\n[pkg.rust.target.${host}]\navailable = true\n`,
    ...listed,
    '[renames.clippy]\nto = "clippy-preview"\n[renames.miri]\nto = "miri-preview"\n',
    '[profiles]\nminimal = ["rustc", "cargo", "rust-std", "rust-mingw"]\n',
  ].join("\n");
  const paths = [
    ...channels.map((channel) => `/dist/channel-rust-${channel}.toml`),
    ...datedChannels.map((channel) => `/dist/${date}/channel-rust-${channel}.toml`),
  ];
  for (const path of paths) {
    const bytes = Buffer.from(manifest);
    files.set(path, bytes);
    files.set(`${path}.sha256`, Buffer.from(`${sha256(bytes)}  ${path.replace(/.*\//, "")}\n`));
  }
}

/** An archive as the distribution has it. */
function packed(work: string, component: string, files: Readonly<Record<string, string>>): Buffer {
  const top = join(work, "top");
  mkdirSync(top, { recursive: true });
  const inside = Object.entries(files).map(([path, text]) => [`${component}/${path}`, text] as const);
  writeFiles(top, {
    ...Object.fromEntries(inside),
    components: `${component}\n`,
    "rust-installer-version": "3\n",
    [`${component}/manifest.in`]: Object.keys(files)
      .map((path) => `file:${path}\n`)
      .join(""),
  });
  for (const path of Object.keys(files).filter((each) => each.startsWith("bin/")))
    execFileSync("chmod", ["755", join(top, component, path)]);
  execFileSync("tar", ["-cJf", join(work, "archive.tar.xz"), "-C", work, "top"]);
  const bytes = readFileSync(join(work, "archive.tar.xz"));
  rmSync(top, { recursive: true });
  return bytes;
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
