import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { basename, join } from "node:path";
import { type SshServer, sshServer } from "../fetch/git/sshServer.ts";
import { compiledUnits } from "../rig/compiledUnits.ts";
import type { Ran } from "../rig/gantry.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** How the user's `ssh` is set up. */
export type SshSetup = { readonly key?: "right" | "wrong"; readonly known?: keyof SshServer["known"] };

/**
 * `examples/courier` and what is beside it, and a server for `git.example.com` that it can reach by SSH
 * alone.
 */
export type Courier = AsyncDisposable & {
  readonly project: TempProject;
  /** What the user's shell has: above all a `GIT_SSH_COMMAND` that knows where `git.example.com` is. */
  readonly env: TempProject["env"];
  /** The repository of `my-private-dep`, as it lies on the server. */
  readonly repository: string;
  /** Default: the right key, and the server's own host key. */
  setUp(ssh: SshSetup): void;
  /** Takes one of the example's `overrides` for its configuration; without a name, none. */
  configure(override?: string): void;
  gantry(...args: string[]): Promise<Ran>;
  /** Builds, and runs what was built. */
  build(...args: string[]): Promise<{ compiled: ReturnType<typeof compiledUnits>; says: string }>;
  /** A text without what differs from machine to machine. */
  shown(text: string): string;
  stop(): Promise<void>;
};

const examples = join(import.meta.dirname, "../../examples");

export async function courier(setting: { readonly store?: string } = {}): Promise<Courier> {
  const project = tempProject({}, { ...setting, directory: "courier" });
  const base = join(project.root, "..");
  for (const name of ["courier", "my-private-dep"])
    cpSync(join(examples, name), join(base, name), { recursive: true, filter: isOfExample });
  shareRegistry(project.home);
  execFileSync(join(project.root, "publish"), [join(base, "server")], { stdio: "ignore" });
  const server = await sshServer(join(base, "ssh"));
  const port = server.host.split(":").at(-1) ?? "";
  letIn(server, join(base, "ssh"), join(base, "server"));

  const config = join(base, "ssh/config");
  const setUp = ({ key = "right", known = "right" }: SshSetup): void => {
    const hosts = join(base, "ssh/known_hosts");
    writeFileSync(hosts, readFileSync(server.known[known], "utf8").replace(server.host, "git.example.com"));
    const options = [
      "Host git.example.com",
      "HostName 127.0.0.1",
      "HostKeyAlias git.example.com",
      `Port ${port}`,
      `IdentityFile ${key === "right" ? server.rightKey : server.wrongKey}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${hosts}`,
      "GlobalKnownHostsFile none",
      "StrictHostKeyChecking yes",
      "BatchMode yes",
    ];
    writeFileSync(config, `${options.join("\n")}\n`);
  };
  setUp({});

  let stopped: PromiseLike<void> | undefined;
  const stop = async () => {
    stopped ??= server[Symbol.asyncDispose]();
    await stopped;
  };
  const env = {
    ...project.env,
    GIT_CONFIG_NOSYSTEM: "1",
    // The one who is let in is the user who runs the tests, and not `git`.
    GIT_SSH_COMMAND: `ssh -F ${config} -l ${userInfo().username}`,
    CARGO_NET_GIT_FETCH_WITH_CLI: "true",
  };
  const gantry = (...args: string[]) => project.gantry(args, { env });
  const it: Courier = {
    project,
    env,
    repository: join(base, "server/myorg/my-private-dep"),
    setUp,
    configure(override) {
      rmSync(join(project.root, "gantry.config.ts"), { force: true });
      if (override !== undefined) project.write("gantry.config.ts", project.read(`overrides/${override}.ts`));
    },
    gantry,
    async build(...args) {
      const ran = await gantry("build", "--log-format", "json", ...args);
      if (ran.status !== 0) throw new Error(ran.out + ran.err);
      const says = execFileSync(join(project.root, "result/bin/courier"), { encoding: "utf8" });
      return { compiled: compiledUnits(ran.events), says };
    },
    shown: (text) =>
      project
        .shown(text)
        .replaceAll(`${userInfo().username}@127.0.0.1`, "<user>@127.0.0.1")
        .replaceAll(`port ${port}`, "port <port>")
        .replace(/SHA256:[\w+/]{43}/, "SHA256:<fingerprint>"),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      project[Symbol.dispose]();
    },
  };
  return it;
}

/** Not what somebody who tried the example left there. */
function isOfExample(path: string): boolean {
  return !/^(target|result.*|\.gantry|gantry\.config\.ts)$/.test(basename(path));
}

/** What comes from crates.io is downloaded once; git repositories are this home's own. */
function shareRegistry(home: string): void {
  const registry = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "registry");
  mkdirSync(registry, { recursive: true });
  rmSync(join(home, "registry"), { recursive: true });
  symlinkSync(registry, join(home, "registry"));
}

/** As a forge does: whoever has the key may fetch what is below `repositories`, and nothing else. */
function letIn({ rightKey }: SshServer, directory: string, repositories: string): void {
  const serve = join(directory, "serve");
  const script = [
    "#!/bin/sh",
    'eval "set -- $SSH_ORIGINAL_COMMAND"',
    `[ "$1" = git-upload-pack ] && exec git upload-pack "${repositories}$2"`,
  ];
  writeFileSync(serve, `${script.join("\n")}\n`, { mode: 0o755 });
  const key = readFileSync(`${rightKey}.pub`, "utf8");
  writeFileSync(join(directory, "authorized_keys"), `restrict,command="${serve}" ${key}`);
}
