import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { manifestPath, parseChannel } from "../src/cargo/config/channel.ts";
import { downloadText } from "../src/fetch/download/download.ts";
import { type ChannelManifest, parseChannelManifest } from "../src/fetch/toolchain/channelManifest.ts";
import {
  chooseComponents,
  componentName,
  type WantedParts,
} from "../src/fetch/toolchain/chooseComponents.ts";
import { distributionServer } from "../src/fetch/toolchain/distribution.ts";
import { hostTriple } from "../src/fetch/toolchain/findToolchain.ts";
import { markdownTable } from "./markdownTable.ts";
import { reduceManifest } from "./reduceManifest.ts";
import { tinyDistribution } from "./tinyDistribution.ts";
import { workDirectory } from "./workDirectory.ts";

const { reduce } = new Command("test:manifests")
  .description(
    "choose components from the manifests of published releases, beside rustup; writes docs/manifests.md",
  )
  .option("--reduce <directory>", "write the manifests there, cut down for tests")
  .parse()
  .opts<{ reduce?: string }>();

const releases = [
  ...["1.8.0", "1.15.0", "1.20.0", "1.31.0", "1.45.0", "1.56.0", "1.70.0", "1.80.0", "1.90.0", "1.95.0"],
  ...["stable", "beta", "nightly"],
  ...["nightly-2020-01-10", "nightly-2026-05-13", "nightly-2026-05-14", "nightly-2026-05-16"],
];
const wasm = "wasm32-unknown-unknown";
const requests: readonly WantedParts[] = [
  { profile: "minimal", components: [], targets: [] },
  { profile: "default", components: [], targets: [] },
  { profile: "complete", components: [], targets: [] },
  { profile: "minimal", components: ["clippy", "rust-src"], targets: [] },
  { profile: "minimal", components: ["rustfmt-preview", "miri"], targets: [wasm] },
  { profile: "default", components: ["rust-src"], targets: [wasm] },
];

const host = hostTriple();
await using work = await workDirectory("manifests");
const manifests = new Map<string, string>();
for (const release of releases) manifests.set(pathOf(release), await published(pathOf(release)));
await using server = await tinyDistribution(manifests);
const failures: string[] = [];
const rows: string[][] = [];
for (const release of releases) {
  const text = manifests.get(pathOf(release)) ?? "";
  if (reduce !== undefined) {
    mkdirSync(reduce, { recursive: true });
    writeFileSync(join(reduce, `${release}.toml`), reduceManifest(text, host));
  }
  const manifest = parseChannelManifest(release, text);
  if (!manifest.ok) throw new Error(manifest.error.message);
  const cells: string[] = [];
  for (const wanted of requests) {
    const ours = chosen(manifest.value, release, wanted);
    const theirs = await byRustup(release, wanted);
    if (ours !== theirs)
      failures.push(`${release}, ${JSON.stringify(wanted)}:\n  here   ${ours}\n  rustup ${theirs}`);
    cells.push(ours.startsWith("error") ? "refused" : String(ours.split(" ").length));
  }
  const compiler = manifest.value.packages.get("rustc")?.version.replace(/ .*/, "") ?? "";
  rows.push([release, manifest.value.date, compiler, String(manifest.value.packages.size), ...cells]);
}
console.log(failures.length === 0 ? "rustup chose the same" : failures.join("\n"));
if (failures.length > 0) process.exitCode = 1;
else writeFileSync(join(import.meta.dirname, "../docs/manifests.md"), await page());

/** The manifest as the server has it today; kept between runs, for the next. */
async function published(path: string): Promise<string> {
  const kept = join("/tmp/gantry-manifests", path);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  const text = await downloadText(`${distributionServer(process.env)}/dist/${path}`, {
    limit: 64 * 1024 ** 2,
    env: process.env,
    signal: new AbortController().signal,
  });
  if (!text.ok || text.value === undefined) throw new Error(`${path} cannot be had`);
  mkdirSync(join(kept, ".."), { recursive: true });
  writeFileSync(kept, text.value);
  return text.value;
}

function pathOf(release: string): string {
  const channel = parseChannel(release, host);
  if (!channel) throw new Error(`\`${release}\` is no channel`);
  return manifestPath(channel);
}

function chosen(manifest: ChannelManifest, channel: string, wanted: WantedParts): string {
  const components = chooseComponents(manifest, host, { channel, wanted });
  return components.ok ? components.value.map(componentName).join(" ") : "error";
}

async function byRustup(release: string, { profile = "default", components, targets }: WantedParts) {
  const home = join(work.path, "rustup");
  const env = {
    ...{ RUSTUP_HOME: home, CARGO_HOME: join(work.path, "cargo"), RUST_BACKTRACE: "0" },
    ...{ RUSTUP_DIST_SERVER: server.url, RUSTUP_UPDATE_ROOT: server.url, RUSTUP_BACKTRACK_LIMIT: "0" },
  };
  const more = [...components.flatMap((name) => ["-c", name]), ...targets.flatMap((name) => ["-t", name])];
  const args = ["toolchain", "install", release, "--no-self-update", "--profile", profile, ...more];
  const ran = await execa("rustup", args, { env, reject: false });
  const list = join(home, `toolchains/${release}-${host}/lib/rustlib/components`);
  const names = ran.failed || !existsSync(list) ? undefined : readFileSync(list, "utf8").trim().split("\n");
  await execa("rustup", ["toolchain", "uninstall", release], { env, reject: false });
  if (names === undefined && process.env.VERBOSE) console.log(release, args.join(" "), ran.stderr);
  return names === undefined ? "error" : names.sort().join(" ");
}

async function page(): Promise<string> {
  const { stdout } = await execa("rustup", ["--version"]);
  const words = ({ profile, components, targets }: WantedParts) =>
    [profile, ...components, ...targets].join(" + ");
  const head = ["release", "of", "compiler", "packages", ...requests.map(words)];
  return `# Manifests of published releases

What Gantry chooses from the manifests of these releases for \`${host}\`, in components, and rustup chose the same in each
case, also where it refuses: the real one ran beside, on the real manifests, with archives of one file. \`npm run
test:manifests\` does it again.

${markdownTable(head, rows)}

With ${stdout.split("\n")[0] ?? ""}, and the manifests of ${distributionServer(process.env)} as it was reached here: a server
that marks as unavailable what it does not keep, so that more is refused than the Rust project's own would.
`;
}
