import { markdownTable } from "../../scripts/markdownTable.ts";
import { versionLine } from "../../scripts/versions.ts";
import { formatBytes } from "../../src/base/format.ts";

/** What one build on a machine with nothing of its own took. */
export type FreshRow = {
  readonly what: string;
  readonly server: string;
  readonly isFar: boolean;
  readonly seconds: number;
  /** Undefined where nobody counted. */
  readonly requests?: number;
  readonly bytes?: number;
  /** Units; undefined where the program does not say. */
  readonly fetched?: number;
  readonly compiled?: number;
};

export type CacheResult = {
  readonly project: string;
  readonly crates: number;
  /** Of the first build, with an empty store, in seconds. */
  readonly cold: number;
  /** Of a build after the same edit on a machine with a full store. */
  readonly edit: number;
  readonly rows: readonly FreshRow[];
  /** Bytes by kind of record. */
  readonly pushed: Readonly<Record<string, number>>;
  /** Bytes of the packed target directory, after `cargo build`, and as a first layer of Crane's. */
  readonly crane?: { readonly build: number; readonly whole: number };
  readonly second?: {
    readonly added: string;
    readonly expected: readonly string[];
    readonly fetched: readonly string[];
    readonly compiled: readonly string[];
    readonly requests: number;
    readonly bytes: number;
  };
};

/** `docs/cache-measured.md`. */
export function cachePage(
  { project, crates, cold, edit, rows, pushed, crane, second }: CacheResult,
  of: Readonly<Record<string, string>> & { readonly cpu: string },
): string {
  const all = Object.values(pushed).reduce((sum, size) => sum + size, 0);
  const units = pushed.unit ?? 0;
  const head = ["build", "server", "where", "seconds", "÷ cold", "requests", "bytes", "fetched", "compiled"];
  const cells = rows.map((row) => [
    row.what,
    row.server,
    row.isFar ? "far" : "near",
    row.seconds.toFixed(1),
    (row.seconds / cold).toFixed(3),
    row.requests === undefined ? "" : String(row.requests),
    row.bytes === undefined ? "" : formatBytes(row.bytes),
    row.fetched === undefined ? "" : String(row.fetched),
    row.compiled === undefined ? "" : String(row.compiled),
  ]);
  const kinds = Object.entries(pushed)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, size]) => [kind, formatBytes(size)]);
  const share = (size: number, of: number) => `${Math.round((100 * size) / of)} %`;
  return `# A fresh machine beside a shared cache, measured

Written by \`npm run bench:cache\`: \`${project}\`, ${crates} crates, in Cargo's release profile. Each row is a build by a machine that
has the sources and Cargo's downloads, and no store, no target directory, and nothing of a cache of its own; everything was put
into the server's cache by another machine. *Cold* is Gantry's first build with an empty store, ${cold.toFixed(1)} s. *Edited*: one line of
the project's own code is another than in what was put, so that units are fetched, and the project's own code is compiled;
with a full store a build after that edit takes ${edit.toFixed(1)} s. *Near*: the server is on the same machine. *Far*: a round trip takes 30 ms
more, and each direction carries 100 Mbit/s. Requests and bytes are those of Gantry's counters; of the others, what passed on
the way to the far server, both directions together.

${markdownTable(head, cells)}

## What is pushed

${markdownTable(["records", "bytes"], [...kinds, ["all", formatBytes(all)]])}
${
  crane === undefined
    ? ""
    : `
Crane's first layer is the target directory without the project's own code, after \`cargo check --all-targets\`, \`cargo build\` and
\`cargo test --no-run\`, as one \`.tar.zst\` at zstd's default level: ${formatBytes(crane.whole)} here. The units of a build are ${share(units, crane.whole)} of that, and
everything that is pushed, with the crates' sources, is ${share(all, crane.whole)}. After \`cargo build\` alone that archive is ${formatBytes(crane.build)}, of which the units
are ${share(units, crane.build)}.
`
}${
  second === undefined
    ? ""
    : `
## The second job

One machine adds \`${second.added}\`, builds and pushes. Another, which built with the cache before and has an edit of its own, then
builds with the new \`Cargo.toml\` and \`Cargo.lock\`: ${second.requests} requests, ${formatBytes(second.bytes)}.

${markdownTable(
  ["", "units"],
  [
    ["compiled by the first", second.expected.join(", ")],
    ["fetched by the second", second.fetched.join(", ")],
    ["compiled by the second", second.compiled.join(", ")],
  ],
)}
`
}
Measured one after the other with ${versionLine(of)}. Nothing was done to keep the machine quiet.
`;
}
