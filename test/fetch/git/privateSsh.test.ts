import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { library } from "../../rig/gitRepository.ts";
import { type GitRig, gitRig, locked } from "./gitRig.ts";
import { describeSsh, type SshServer, sshServer } from "./sshServer.ts";

/** A private repository that the server serves; `GIT_SSH_COMMAND` is all that tells git how to get in. */
function privateDep(it: GitRig, server: SshServer) {
  const repository = it.repository("my-private-dep");
  const commit = repository.commit(library("my-private-dep", "1.0.0"));
  const url = `${server.url}${repository.directory}`;
  const one = locked("my-private-dep", "1.0.0", `git+${url}#${commit}`);
  return {
    url,
    required: `required by \`my-private-dep v1.0.0\`, at commit \`${commit.slice(0, 12)}\``,
    vendor: (ssh: string | undefined, env: NodeJS.ProcessEnv = {}) =>
      it.vendor([one], { env: { ...it.env, GIT_SSH_COMMAND: ssh, ...env } }),
  };
}

const built = { "my-private-dep 1.0.0": { "src/lib.rs": expect.any(String) } };

describeSsh("private git over SSH", () => {
  test("a key file and `GIT_SSH_COMMAND` let git in", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    expect(await dep.vendor(server.command(server.rightKey, server.known.right))).toMatchObject(built);
  });

  test("the agent lets git in; without its key the message says how many it has", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    const socket = join(it.home, "agent");
    const agent = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1]);
    const env = { SSH_AUTH_SOCK: socket };
    const add = (...args: string[]) =>
      execFileSync("ssh-add", ["-q", ...args], { env: { ...process.env, ...env }, stdio: "pipe" });
    try {
      const ssh = server.command(undefined, server.known.right);
      add(server.wrongKey);
      expect(await dep.vendor(ssh, env)).toMatchObject({
        code: "git-authentication",
        notes: [
          dep.required,
          "tried: the SSH agent has 1 key",
          "tried: no key file `~/.ssh/id_*`",
          "tried: `GIT_SSH_COMMAND` is set, and was used",
        ],
      });
      add(server.rightKey);
      expect(await dep.vendor(ssh, env)).toMatchObject(built);
    } finally {
      process.kill(pid);
    }
  });

  test("a wrong key: what was tried, and the next command", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    mkdirSync(join(it.home, ".ssh"));
    it.write("home/.ssh/id_ed25519", "");
    const [, user = "", port = ""] = /^ssh:\/\/(.+)@127\.0\.0\.1:(\d+)$/.exec(server.url) ?? [];
    expect(await dep.vendor(server.command(server.wrongKey, server.known.right))).toEqual({
      code: "git-authentication",
      message: `\`${dep.url}\` does not let git in`,
      notes: [
        dep.required,
        "tried: no SSH agent: `SSH_AUTH_SOCK` is not set",
        "tried: key files: `~/.ssh/id_ed25519`",
        "tried: `GIT_SSH_COMMAND` is set, and was used",
      ],
      help: [`ssh -p ${port} -T ${user}@127.0.0.1`, "a key with a passphrase must be in the agent: ssh-add"],
      causes: [
        `${user}@127.0.0.1: Permission denied (publickey).`,
        "fatal: Could not read from remote repository.",
      ],
      status: 1,
    });
  });

  test("a host key that changed is never accepted", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    const port = server.host.split(":").at(-1);
    const scan = `ssh-keyscan -p ${port} 127.0.0.1 >>`;
    expect(await dep.vendor(server.command(server.rightKey, server.known.other))).toMatchObject({
      code: "git-host-key",
      message: `the server \`${server.host}\` has another host key than before`,
      notes: [
        dep.required,
        "somebody may be between you and the server",
        expect.stringMatching(/^its key is now `SHA256:[\w+/]{43}`$/),
        `the key of before is line 1 of \`${server.known.other}\``,
      ],
      help: [
        `ask whoever runs the server, and only if it was changed there: ssh-keygen -f ${server.known.other} -R '${server.host}' && ${scan} ${server.known.other}`,
      ],
      causes: [
        `Host key for ${server.host} has changed and you have requested strict checking.`,
        "Host key verification failed.",
        "fatal: Could not read from remote repository.",
      ],
    });
    expect(await dep.vendor(server.command(server.rightKey, server.known.none))).toMatchObject({
      code: "git-host-key",
      message: `the server \`${server.host}\` has a host key that is not known here`,
      notes: [dep.required],
      help: [`compare the key with what the server's owner publishes: ${scan} ~/.ssh/known_hosts`],
    });
  });

  test("nothing is asked on the terminal where the user says nothing about ssh", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    expect(await dep.vendor(undefined)).toMatchObject({ code: "git-host-key" });
  });

  test("a server that is down serves what was fetched before, and else is an error", async () => {
    await using it = gitRig();
    const server = await sshServer(join(it.home, "../ssh"));
    const dep = privateDep(it, server);
    const ssh = server.command(server.rightKey, server.known.right);
    await using other = gitRig();
    expect(await dep.vendor(ssh)).toMatchObject(built);
    await server[Symbol.asyncDispose]();
    expect(await dep.vendor(ssh)).toMatchObject(built);
    const elsewhere = privateDep(other, server);
    expect(await elsewhere.vendor(ssh)).toMatchObject({
      code: "git-unreachable",
      message: `cannot reach the server of \`${elsewhere.url}\``,
    });
  });
});
