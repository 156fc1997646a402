import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { gantryCommand } from "../../scripts/gantryCommand.ts";
import { removeTree } from "../../scripts/removeTree.ts";
import { selectNamed } from "../../scripts/selectNamed.ts";
import { versions } from "../../scripts/versions.ts";
import { workDirectory } from "../../scripts/workDirectory.ts";
import { installPeer } from "../peers/installPeer.ts";
import { kache } from "../peers/kache.ts";
import type { Peer } from "../peers/peer.ts";
import { sccache } from "../peers/sccache.ts";
import type { Project } from "../project.ts";
import { projects } from "../projects.ts";
import { timed } from "../timed.ts";
import { type WarmResult, warmPage } from "./warmPage.ts";

const measured = ["xh", "ripgrep", "ripgrep-workspace"];
const known = projects.filter(({ name }) => measured.includes(name));
const options = new Command("test:warm")
  .description(
    "measure the first `cargo build` in a new worktree: plain, after `gantry warm`, and with what wraps rustc",
  )
  .option(
    "--projects <names>",
    "only these, separated by commas; the page in docs/ is then left alone",
    selectNamed(known, ({ name }) => name),
  )
  .option("--store <dir>", "a store that is kept, and may have units already [default: a new one]")
  .option("--without-peers", "Cargo and Gantry alone; the page in docs/ is then left alone")
  .parse()
  .opts<{ projects?: readonly Project[]; store?: string; withoutPeers?: true }>();

await using work = await workDirectory("warm");
const store = options.store ?? join(work.path, "store");
const peers = options.withoutPeers ? [] : [sccache, kache];
// The first start bundles Gantry anew, which nothing is to pay for.
await execa(gantryCommand, ["--version"]);
const results: WarmResult[] = [];
for (const project of options.projects ?? known) results.push(await measure(project));

const page = warmPage(results, {
  ...(await versions()),
  ...Object.fromEntries(peers.map(({ name, version }) => [name, version])),
});
if (options.projects || options.withoutPeers) console.log(page);
else await writeFile(join(import.meta.dirname, "../../docs/warm-measured.md"), page);
if (results.some(({ compiled }) => compiled.length > 0)) process.exitCode = 1;

async function measure(project: Project): Promise<WarmResult> {
  const root = join(work.path, project.name);
  const repository = join(root, "repository");
  await mkdir(repository, { recursive: true });
  await project.obtain(repository);
  const git = (...words: string[]) =>
    execa("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: repository });
  await git("init", "--quiet");
  await git("add", "--all", "--force");
  await git("commit", "--quiet", "--message", "all");
  let trees = 0;
  const worktree = async (): Promise<string> => {
    const directory = join(root, `worktree-${++trees}`);
    await git("worktree", "add", "--quiet", "--detach", directory);
    return directory;
  };
  const build = async (cwd: string, env: Readonly<Record<string, string>> = {}) =>
    (await timed({ argv: ["cargo", "build", "--locked", "--offline"], cwd, env })).seconds;

  // What the store and the caches of peers need, they compile in the first worktree.
  const first = await worktree();
  const gantry = (cwd: string, ...words: string[]) =>
    timed({
      argv: [gantryCommand, "warm", "build", "--store", store, "--log-format", "json", ...words],
      cwd,
      env: {},
    });
  const compile = (await gantry(first)).seconds;
  const others: Record<string, number> = {};
  for (const peer of peers) others[peer.name] = await ofPeer(peer, { root, worktree, build });

  const plain = await build(await worktree());
  const warmed = await worktree();
  const warm = (await gantry(warmed)).seconds;
  const own = join(root, "messages");
  await mkdir(own);
  const start = performance.now();
  const { stdout } = await execa("cargo", ["build", "--locked", "--offline", "--message-format", "json"], {
    cwd: warmed,
  });
  const after = (performance.now() - start) / 1000;
  const result = { project: project.name, compile, plain, warm, after, others, ...unitsOf(stdout) };
  console.log(JSON.stringify(result));
  await removeTree(root);
  return result;
}

type Setting = {
  readonly root: string;
  readonly worktree: () => Promise<string>;
  readonly build: (cwd: string, env?: Readonly<Record<string, string>>) => Promise<number>;
};

/** How long the first build in another worktree takes with a cache that has all of one. */
async function ofPeer(peer: Peer, { root, worktree, build }: Setting): Promise<number> {
  const program = await installPeer(peer);
  const cache = join(root, `${peer.name}-cache`);
  const env = peer.env(program, cache);
  const [one, other] = [await worktree(), await worktree()];
  // As `bench/` has it, with nothing of what is made for one case alone.
  const side = { tool: peer.name, peer, program, cache, env } as Parameters<NonNullable<Peer["start"]>>[0];
  await peer.start?.(side, [one, other]);
  try {
    await build(one, env);
    return await build(other, env);
  } finally {
    await peer.stop?.(side);
  }
}

/** Of Cargo's messages: how many units of packages from elsewhere there are, and which of them it compiled. */
function unitsOf(messages: string): Pick<WarmResult, "units" | "compiled"> {
  const lines = messages.split("\n").filter((line) => line.startsWith('{"reason":"compiler-artifact"'));
  const foreign = lines.filter((line) => !/"package_id":"path\+/.test(line));
  const compiled = foreign.filter((line) => line.includes('"fresh":false'));
  return {
    units: foreign.length,
    compiled: compiled.map((line) => /"package_id":"[^"]*#([^"]*)"/.exec(line)?.[1] ?? line),
  };
}
