import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeSsh } from "../fetch/git/sshServer.ts";
import { gitRepository, library } from "../rig/gitRepository.ts";
import { type Courier, courier } from "./courier.ts";

describeSsh("a private dependency that cannot be fetched", () => {
  let it: Courier;
  beforeAll(async () => {
    it = await courier();
  });
  afterAll(() => it[Symbol.asyncDispose]());

  /** All that a build says of it, from the error on. */
  const failure = async (): Promise<string> => {
    const ran = await it.gantry("build", "--log-format", "plain");
    const said = it.shown(ran.err);
    return `${ran.status}\n${said.slice(Math.max(0, said.search(/^error/m)))}`;
  };

  test("a wrong key", async () => {
    it.setUp({ key: "wrong" });
    expect(await failure()).toBe(`1
error[git-authentication]: \`ssh://git@git.example.com/myorg/my-private-dep\` does not let git in
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = note: tried: no SSH agent: \`SSH_AUTH_SOCK\` is not set
  = note: tried: no key file \`~/.ssh/id_*\`
  = note: tried: \`GIT_SSH_COMMAND\` is set, and was used
  = help: ssh -T git@git.example.com
  = help: a key with a passphrase must be in the agent: ssh-add

Caused by:
  <user>@127.0.0.1: Permission denied (publickey).

Caused by:
  fatal: Could not read from remote repository.
`);
  });

  test("a host key that changed", async () => {
    it.setUp({ known: "other" });
    expect(await failure()).toBe(`1
error[git-host-key]: the server \`git.example.com\` has another host key than before
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = note: somebody may be between you and the server
  = note: its key is now \`SHA256:<fingerprint>\`
  = note: the key of before is line 1 of \`<base>/ssh/known_hosts\`
  = help: ask whoever runs the server, and only if it was changed there: ssh-keygen -f <base>/ssh/known_hosts -R 'git.example.com' && ssh-keyscan git.example.com >> <base>/ssh/known_hosts

Caused by:
  Host key for git.example.com has changed and you have requested strict checking.

Caused by:
  Host key verification failed.

Caused by:
  fatal: Could not read from remote repository.
`);
  });

  test("a host key that is not known", async () => {
    it.setUp({ known: "none" });
    expect(await failure()).toBe(`1
error[git-host-key]: the server \`git.example.com\` has a host key that is not known here
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = help: compare the key with what the server's owner publishes: ssh-keyscan git.example.com >> ~/.ssh/known_hosts

Caused by:
  No ED25519 host key is known for git.example.com and you have requested strict checking.

Caused by:
  Host key verification failed.

Caused by:
  fatal: Could not read from remote repository.
`);
  });

  test("a revision that is gone: the history was rewritten, and the tag moved", async () => {
    it.setUp({});
    rmSync(it.repository, { recursive: true });
    const rewritten = gitRepository(it.repository);
    rewritten.commit(library("my-private-dep", "1.0.1"));
    rewritten.git("tag", "v1.0.0");
    expect(await failure()).toBe(`1
error[git-revision-gone]: \`ssh://git@git.example.com/myorg/my-private-dep\` does not have commit \`b5073a2db814ebcfb482e03fa5dc28c3da50242b\`
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = note: it was probably removed by a forced push; no branch or tag leads to it
  = help: lock another one: cargo update -p my-private-dep
`);
  });

  test("a revision of an input that is gone", async () => {
    it.configure("input");
    expect(await failure()).toBe(`1
error[git-revision-gone]: \`ssh://git@git.example.com/myorg/my-private-dep\` does not have commit \`62e5c0c016f2ae4f8653c142e209eac2e712efb6\`
  = note: required by the input \`my-private-dep\`, at commit \`62e5c0c016f2\`
  = note: it was probably removed by a forced push; no branch or tag leads to it
  = help: name another commit as its \`rev\` in \`gantry.config.ts\`
`);
    it.configure();
  });

  test("a repository that is gone, or that this key may not see", async () => {
    rmSync(it.repository, { recursive: true });
    expect(await failure()).toBe(`1
error[git-repository-missing]: there is no repository at \`ssh://git@git.example.com/myorg/my-private-dep\`, or you may not see it
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = help: git ls-remote ssh://git@git.example.com/myorg/my-private-dep

Caused by:
  fatal: '<base>/server/myorg/my-private-dep' does not appear to be a git repository

Caused by:
  fatal: Could not read from remote repository.
`);
  });

  test("a server that is down", async () => {
    await it.stop();
    expect(await failure()).toBe(`1
error[git-unreachable]: cannot reach the server of \`ssh://git@git.example.com/myorg/my-private-dep\`
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = help: check the network and the proxy, then: git ls-remote ssh://git@git.example.com/myorg/my-private-dep

Caused by:
  ssh: connect to host 127.0.0.1 port <port>: Connection refused

Caused by:
  fatal: Could not read from remote repository.
`);
  });

  test("`--offline`", async () => {
    const ran = await it.gantry("build", "--offline", "--log-format", "plain");
    expect(`${ran.status}\n${it.shown(ran.err)}`).toBe(`1
error[git-offline]: \`ssh://git@git.example.com/myorg/my-private-dep\` is not fetched yet, and \`--offline\` forbids to
  = note: required by \`my-private-dep v1.0.0\`, at commit \`b5073a2db814\`
  = help: fetch once with the network: the same command without \`--offline\`
`);
  });
});
