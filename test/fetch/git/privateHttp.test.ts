import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { library } from "../../rig/gitRepository.ts";
import { filesWith } from "./filesWith.ts";
import { type GitHttpServer, gitHttpServer } from "./gitHttpServer.ts";
import { type GitRig, gitRig, locked } from "./gitRig.ts";

const secret = "hunter2-is-secret";

/** A private repository, and the lock's entry for what is in it. */
function privateDep(it: GitRig, server: GitHttpServer) {
  const repository = it.repository("team/my-dep.git");
  const commit = repository.commit(library("my-dep", "1.0.0"));
  return {
    url: `${server.url}/team/my-dep.git`,
    commit,
    of: (url: string) => locked("my-dep", "1.0.0", `git+${url}?branch=main#${commit}`),
  };
}

const built = { "my-dep 1.0.0": { "src/lib.rs": expect.any(String) } };

test("a credential helper, `.netrc`, a header and `insteadOf` let git in, and nothing secret stays behind", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories, `me:${secret}`);
  const dep = privateDep(it, server);
  const header = Buffer.from(`me:${secret}`).toString("base64");
  const means: Record<string, () => void> = {
    helper: () =>
      it.write(
        "home/.gitconfig",
        `[credential]\n\thelper = "!f() { echo username=me; echo password=${secret}; }; f"\n`,
      ),
    netrc: () => it.write("home/.netrc", `machine 127.0.0.1 login me password ${secret}\n`),
    header: () => it.write("home/.gitconfig", `[http]\n\textraHeader = Authorization: Basic ${header}\n`),
    rewritten: () =>
      it.write(
        "home/.gitconfig",
        `[url "${server.url.replace("//", `//me:${secret}@`)}/"]\n\tinsteadOf = ${server.url}/\n`,
      ),
  };
  for (const [name, prepare] of Object.entries(means)) {
    it.write("home/.netrc", "");
    it.write("home/.gitconfig", "");
    prepare();
    // Each by a URL of its own, so that none finds what another fetched.
    symlinkSync("my-dep.git", `${it.repositories}/team/${name}.git`);
    const events: unknown[] = [];
    const vendored = await it.vendor([dep.of(`${server.url}/team/${name}.git`)], {
      emit: (event) => events.push(event),
    });
    expect(vendored, name).toMatchObject(built);
    expect(JSON.stringify(events)).not.toContain(secret);
  }
  expect(filesWith(secret, it.store.root)).toEqual([]);
  expect(filesWith(header, it.store.root)).toEqual([]);
});

test("a user name in the URL is no secret, and not part of what is remembered", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories, `me:${secret}`);
  const dep = privateDep(it, server);
  it.write("home/.netrc", `machine 127.0.0.1 login me password ${secret}\n`);
  expect(await it.vendor([dep.of(dep.url.replace("//", "//me@"))])).toMatchObject(built);
  const asked = server.fetches();
  expect(await it.vendor([dep.of(dep.url)])).toMatchObject(built);
  expect(server.fetches()).toBe(asked);
});

test("without any means: what was tried, and the next command", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories, `me:${secret}`);
  const dep = privateDep(it, server);
  expect(await it.vendor([dep.of(dep.url)])).toEqual({
    code: "git-authentication",
    message: `\`${dep.url}\` does not let git in`,
    notes: [
      `required by \`my-dep v1.0.0\`, at commit \`${dep.commit.slice(0, 12)}\``,
      "tried: no credential helper is configured",
      "tried: no `~/.netrc`",
    ],
    help: [
      `git ls-remote ${dep.url}`,
      "store a token with a credential helper: git config --global credential.helper store, then git credential approve",
    ],
    causes: [`fatal: could not read Username for '${server.url}': terminal prompts disabled`],
    status: 1,
  });
});

test("with a wrong password: nothing of it is shown", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories, "me:another");
  const dep = privateDep(it, server);
  writeFileSync(`${it.home}/askpass`, `#!/bin/sh\necho ${secret}\n`);
  chmodSync(`${it.home}/askpass`, 0o755);
  it.write("home/.netrc", `machine 127.0.0.1 login me password ${secret}\n`);
  it.write(
    "home/.gitconfig",
    `[url "${server.url.replace("//", `//me:${secret}@`)}/"]\n\tinsteadOf = ${server.url}/\n`,
  );
  const failed = await it.vendor([dep.of(dep.url)], {
    env: { ...it.env, GIT_ASKPASS: `${it.home}/askpass`, GIT_TRACE_CURL: "1" },
  });
  expect(failed).toMatchObject({
    code: "git-authentication",
    notes: [
      expect.any(String),
      "tried: no credential helper is configured",
      "tried: `~/.netrc` has a line for `127.0.0.1`",
      "tried: the program that `GIT_ASKPASS` or `SSH_ASKPASS` names",
    ],
    causes: [expect.stringContaining("Authentication failed for ")],
  });
  expect(JSON.stringify(failed)).not.toContain(secret);
  expect(filesWith(secret, it.store.root)).toEqual([]);
});

test("a password in the lock's URL is refused before anything is stored", async () => {
  await using it = gitRig();
  const url = `https://me:${secret}@git.example.org/team/my-dep.git`;
  const failed = await it.vendor([locked("my-dep", "1.0.0", `git+${url}?tag=v1#${"0".repeat(40)}`)]);
  expect(failed).toEqual({
    code: "secret-in-url",
    message: "`Cargo.lock` holds a password or token in the URL of `my-dep`",
    notes: [
      "`my-dep v1.0.0` comes from `https://********************@git.example.org/team/my-dep.git`",
      "whoever can read the project can read the secret, and so could every build",
    ],
    help: [
      'write the dependency without it, `git = "https://git.example.org/team/my-dep.git"`, revoke the secret, and: cargo update -p my-dep',
      "give git a new one by a credential helper (git credential approve), or by a line of `~/.netrc`: machine git.example.org login USER password TOKEN",
    ],
    causes: [],
    status: 1,
  });
  expect(filesWith(secret, it.store.root)).toEqual([]);
});

test("a server that is down: an error, unless the commit was fetched before", async () => {
  await using it = gitRig();
  const server = await gitHttpServer(it.repositories);
  const dep = privateDep(it, server);
  const fetched = await it.vendor([dep.of(dep.url)]);
  await server[Symbol.asyncDispose]();
  expect(await it.vendor([dep.of(dep.url)])).toEqual(fetched);
  expect(await it.vendor([dep.of(`${server.url}/team/other.git`)])).toMatchObject({
    code: "git-unreachable",
    message: `cannot reach the server of \`${server.url}/team/other.git\``,
    help: [`check the network and the proxy, then: git ls-remote ${server.url}/team/other.git`],
  });
});

test("a repository that is not there", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories);
  const dep = privateDep(it, server);
  expect(await it.vendor([dep.of(`${server.url}/team/other.git`)])).toMatchObject({
    code: "git-repository-missing",
    message: `there is no repository at \`${server.url}/team/other.git\`, or you may not see it`,
  });
});

test("each revision is fetched once, and alone", async () => {
  await using it = gitRig();
  await using server = await gitHttpServer(it.repositories);
  const dep = privateDep(it, server);
  const again = await Promise.all([1, 2].map(() => it.vendor([dep.of(dep.url)])));
  expect(again[0]).toEqual(again[1]);
  // The protocol asks once for what there is, and once for the objects.
  expect(server.fetches()).toBeLessThanOrEqual(2);
});
