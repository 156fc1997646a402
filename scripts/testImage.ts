// `npm run test:image`: images of published programs, loaded and run by the container tools of Debian (podman with runc,
// skopeo, umoci), pushed to a registry on loopback (docker-registry), and begun with an image of it. Wants to be root, and
// skopeo, podman, runc, umoci, docker-registry and mmdebstrap. Writes docs/image-runs.md. `--store DIR` uses a store that is
// there; what is made twice is made the second time in a fresh one.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { markdownTable } from "./markdownTable.ts";
import { publishedSource } from "./publishedSource.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const { values: options } = parseArgs({ options: { store: { type: "string" } } });
await using work = await workDirectory("image");
const store = options.store ?? join(work.path, "store");
const port = 5000 + (process.pid % 1000);
const registry = `127.0.0.1:${port}`;
const rows: string[][] = [];
const problems: string[] = [];

/** skopeo 1.9 knows settings of registries only by this place in the user's home. */
const registries = join(work.path, "home/.config/containers/registries.conf");
const settings = {
  CONTAINERS_STORAGE_CONF: join(work.path, "storage.conf"),
  CARGO_HOME: process.env.CARGO_HOME ?? join(homedir(), ".cargo"),
  RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"),
  HOME: join(work.path, "home"),
};
await mkdir(dirname(registries), { recursive: true });
await writeFile(
  settings.CONTAINERS_STORAGE_CONF,
  `[storage]\ndriver = "vfs"\nrunroot = "${work.path}/run"\ngraphroot = "${work.path}/graph"\n`,
);
await writeFile(registries, `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);

const here = ["--cgroup-manager=cgroupfs", "--runtime", "runc"];
/** Virtual machines like that of CI let no container raise its limits. */
const limits = ["--ulimit", "nofile=256:256", "--ulimit", "nproc=256:256"];

const hexyl = join(work.path, "hexyl");
await publishedSource("hexyl", "0.17.0", hexyl);
const hexylTar = join(work.path, "hexyl.tar");
const bytes = { input: "hello\n" };
await check("hexyl 0.17.0, linked to glibc: podman loads and runs it", async () => {
  const { digest, said } = await image(hexyl, store, ["-o", hexylTar]);
  await podman("load", "--quiet", "--input", hexylTar);
  const { stdout } = await podmanRun(["--network=none", "--interactive", "hexyl", "--color=never"], bytes);
  expect(stdout.includes("68 65 6c 6c 6f 0a"), stdout);
  const inspected = await run("skopeo", "inspect", "--format", "{{.Digest}}", `oci-archive:${hexylTar}`);
  expect(inspected === digest, `skopeo has ${inspected}, and Gantry ${digest}`);
  return said;
});
await check("made again in an empty store: the same digest", async () => {
  const again = await image(hexyl, join(work.path, "store-of-its-own"), ["-o", join(work.path, "again.tar")]);
  const [one, two] = [await readFile(hexylTar), await readFile(join(work.path, "again.tar"))];
  expect(one.equals(two), "the archives differ");
  return again.digest.slice(0, 19);
});
await check("docker-archive: podman loads it, with the same image id", async () => {
  const file = join(work.path, "docker.tar");
  await image(hexyl, store, ["-o", file, "--format", "docker-archive", "--tag", "hexyl:docker"]);
  await podman("load", "--quiet", "--input", file);
  const ids = await podman("images", "--quiet", "--no-trunc", "--filter", "reference=hexyl");
  expect(new Set(ids.split("\n")).size === 1, ids);
  return ids.split("\n")[0]?.slice(0, 19) ?? "";
});
await check("umoci unpacks the layout, and the program starts in it by chroot", async () => {
  await image(hexyl, store, []);
  const bundle = join(work.path, "bundle");
  await run("umoci", "unpack", "--image", `${join(hexyl, "result-image")}:hexyl:latest`, bundle);
  const { stdout } = await execa(
    "chroot",
    ["--userspec=65532:65532", join(bundle, "rootfs"), "/bin/hexyl", "--version"],
    { env: settings },
  );
  expect(stdout === "hexyl 0.17.0", stdout);
  return "as user 65532";
});

const registryServer = await startRegistry();
await check("skopeo pushes it to a registry: the digest stays", async () => {
  const { digest } = await image(hexyl, store, ["-o", hexylTar]);
  const to = `docker://${registry}/hexyl:latest`;
  await run("skopeo", "copy", "--quiet", `oci-archive:${hexylTar}`, to);
  const inspected = await run("skopeo", "inspect", "--format", "{{.Digest}}", to);
  expect(inspected === digest, `the registry has ${inspected}, and Gantry ${digest}`);
  return digest.slice(0, 19);
});

const basic = join(work.path, "server");
await publishedSource("dummyhttp", "1.1.3", basic);
await check("dummyhttp 1.1.3 for musl, alone in its image: it answers", async () => {
  const file = join(work.path, "server.tar");
  const { said } = await image(basic, store, ["--target", "x86_64-unknown-linux-musl", "-o", file]);
  await podman("load", "--quiet", "--input", file);
  const answer = await answerOf("dummyhttp", ["--body", "from a container"]);
  expect(answer === "from a container", answer);
  return said;
});

await check("hexyl on Debian 12, fetched from the registry by its digest", async () => {
  const root = join(work.path, "debian.tar");
  await run("mmdebstrap", "--quiet", "--variant=essential", "bookworm", root);
  await podman("import", "--quiet", root, "debian-base:12");
  await podman("push", "--quiet", "--tls-verify=false", "debian-base:12", `${registry}/debian:12`);
  const digest = await run("skopeo", "inspect", "--format", "{{.Digest}}", `docker://${registry}/debian:12`);
  await configure(hexyl, `fromImage: "${registry}/debian@${digest}",`);
  const file = join(work.path, "based.tar");
  const { said } = await image(hexyl, store, ["based", "-o", file]);
  await podman("load", "--quiet", "--input", file);
  const { stdout } = await podmanRun([
    ...["--network=none", "--entrypoint", "/bin/sh"],
    ...["hexyl-based", "-c", "printf hi | hexyl --plain"],
  ]);
  expect(stdout.includes("68 69"), stdout);
  return said;
});
registryServer.kill();
await check("the same without the registry: it is in the store", async () => {
  const { said } = await image(hexyl, store, ["based", "--offline", "--label", "made=again"]);
  return said;
});

await note();
for (const problem of problems) console.error(problem);
console.log(`${rows.length - problems.length} passed, ${problems.length} failed`);
if (problems.length > 0) process.exitCode = 1;

async function check(what: string, does: () => Promise<string>): Promise<void> {
  const begin = performance.now();
  let result: string;
  try {
    result = await does();
  } catch (thrown) {
    result = "no";
    problems.push(`${what}: ${thrown instanceof Error ? thrown.message.slice(0, 3000) : thrown}`);
  }
  console.log(`${what}: ${result}, ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  rows.push([what, result]);
}

function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

async function image(
  directory: string,
  from: string,
  args: readonly string[],
): Promise<{ readonly digest: string; readonly said: string }> {
  const { stderr } = await execa(gantryCommand, ["image", "-C", directory, "--store", from, ...args], {
    env: settings,
    stdin: "ignore",
  });
  const [, digest = ""] = /^note: (sha256:[0-9a-f]{64})$/m.exec(stderr) ?? [];
  const [, said = ""] = /^note: (.* packed: .*)$/m.exec(stderr) ?? [];
  expect(digest !== "", `it said ${stderr}`);
  return { digest, said };
}

async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(program, args, { env: settings, stdin: "ignore" });
  return stdout.trim();
}

function podman(...args: readonly string[]): Promise<string> {
  return run("podman", ...here, ...args);
}

function podmanRun(args: readonly string[], more: { readonly input?: string } = {}) {
  return execa("podman", [...here, "run", "--rm", "--pull=never", ...limits, ...args], {
    env: settings,
    ...more,
  });
}

/** What a server in a container answers, over the host's loopback. */
async function answerOf(name: string, args: readonly string[]): Promise<string> {
  const at = port + 3000;
  const server = podmanRun(["--network=host", "--name", "server", name, "--port", String(at), ...args]);
  // To be removed ends it, before anybody waits for it.
  const ended = server.catch(() => undefined);
  try {
    for (let tried = 0; tried < 100; tried++) {
      await sleep(200);
      const answer = await fetch(`http://127.0.0.1:${at}/`).catch(() => undefined);
      if (answer) return (await answer.text()).trim();
    }
    throw new Error("it does not answer");
  } finally {
    // The first process of a container ends by a signal only if it asks for it.
    await podman("rm", "--force", "--time", "0", "server");
    await ended;
  }
}

async function startRegistry() {
  const file = join(work.path, "registry.yml");
  await mkdir(join(work.path, "registry"));
  await writeFile(
    file,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${work.path}/registry\nhttp:\n  addr: ${registry}\n`,
  );
  const server = spawn("docker-registry", ["serve", file], { stdio: ["ignore", "ignore", "pipe"] });
  await once(server.stderr, "data");
  await sleep(500);
  return server;
}

async function configure(directory: string, line: string): Promise<void> {
  await writeFile(
    join(directory, "gantry.config.ts"),
    `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const hexyl = crane.buildPackage({ src: fileset.automatic(), doCheck: false });
  return {
    packages: { default: hexyl },
    images: { based: crane.ociImage({ name: "hexyl-based", contents: [hexyl], ${line} }) },
  };
});
`,
  );
}

async function note(): Promise<void> {
  const named = await Promise.all(
    ["skopeo", "podman", "runc", "umoci"].map(async (name) => {
      const said = await run(name, "--version");
      return [name, /\d+\.\d+[^\s,]*/.exec(said)?.[0] ?? said];
    }),
  );
  const { gantry, rustc, node, cpu } = await versions();
  const page = [
    "# Images, loaded and run",
    "",
    "`npm run test:image` makes [images](image.md) of programs that others published, and gives them to the container tools of",
    "Debian 12. Each row is asserted.",
    "",
    markdownTable(["what", "result"], rows),
    "",
    `${versionLine({ ...Object.fromEntries(named), gantry, rustc, node, cpu })}.`,
    "",
  ];
  await writeFile(join(import.meta.dirname, "../docs/image-runs.md"), page.join("\n"));
}
