import { join } from "node:path";
import { expect, test } from "vitest";
import { library } from "../../rig/gitRepository.ts";
import { type GitRig, gitRig, locked } from "./gitRig.ts";
import { describeSsh, sshServer } from "./sshServer.ts";

/** In the user's git configuration: what leads elsewhere, and where. */
function lead(it: GitRig, from: string, to: string): void {
  it.write("home/.gitconfig", `[url "${to}"]\n\tinsteadOf = ${from}\n`);
}

describeSsh("a URL that the user's git leads elsewhere", () => {
  test("to SSH: that is what lets git in, and what a failure speaks of", async () => {
    await using it = gitRig();
    await using server = await sshServer(join(it.home, "../ssh"));
    const commit = it.repository("my-dep").commit(library("my-dep", "1.0.0"));
    const one = locked("my-dep", "1.0.0", `git+https://git.example.com/my-dep#${commit}`);
    const reached = `${server.url}${it.repositories}/`;
    lead(it, "https://git.example.com/", reached);
    const vendor = (key: string, known: string) =>
      it.vendor([one], { env: { ...it.env, GIT_SSH_COMMAND: server.command(key, known) } });
    const notes = [
      `required by \`my-dep v1.0.0\`, at commit \`${commit.slice(0, 12)}\``,
      `\`url.….insteadOf\` in your git configuration leads to \`${reached}my-dep\``,
    ];
    const [user, port] = [/ssh:\/\/(.+)@/.exec(server.url)?.[1], server.host.split(":").at(-1)];
    expect(await vendor(server.wrongKey, server.known.right)).toEqual({
      code: "git-authentication",
      message: "`https://git.example.com/my-dep` does not let git in",
      notes: [
        ...notes,
        "tried: no SSH agent: `SSH_AUTH_SOCK` is not set",
        "tried: no key file `~/.ssh/id_*`",
        "tried: `GIT_SSH_COMMAND` is set, and was used",
      ],
      help: [`ssh -p ${port} -T ${user}@127.0.0.1`, "a key with a passphrase must be in the agent: ssh-add"],
      causes: [
        `${user}@127.0.0.1: Permission denied (publickey).`,
        "fatal: Could not read from remote repository.",
      ],
      status: 1,
    });
    expect(await vendor(server.rightKey, server.known.none)).toMatchObject({
      code: "git-host-key",
      message: `the server \`${server.host}\` has a host key that is not known here`,
      notes,
    });
    expect(await vendor(server.rightKey, server.known.right)).toMatchObject({
      "my-dep 1.0.0": { "src/lib.rs": expect.any(String) },
    });
  });
});

test("a password in what it leads to is not shown", async () => {
  await using it = gitRig();
  lead(it, "ssh://git@git.example.com/", "http://me:hunter2-is-secret@127.0.0.1:1/");
  const one = locked("my-dep", "1.0.0", `git+ssh://git@git.example.com/my-dep#${"0".repeat(40)}`);
  const failed = await it.vendor([one]);
  expect(failed).toMatchObject({
    code: "git-unreachable",
    message: "cannot reach the server of `ssh://git@git.example.com/my-dep`",
    notes: [
      "required by `my-dep v1.0.0`, at commit `000000000000`",
      "`url.….insteadOf` in your git configuration leads to `http://127.0.0.1:1/my-dep`",
    ],
  });
  expect(JSON.stringify(failed)).not.toContain("hunter2");
});
