import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writtenPassword } from "../../src/cache/secrets.ts";
import { cacheSettings } from "../../src/cache/settings.ts";
import { newKey } from "../../src/cache/statement/keys.ts";
import type { CacheOptions } from "../../src/crane/cacheOptions.ts";

const root = mkdtempSync(join(tmpdir(), "gantry-settings-"));
afterAll(() => rmSync(root, { recursive: true }));
const [ci, other] = [newKey("ci-1"), newKey("other")];
writeFileSync(join(root, "ci.secret"), `${ci.secret}\n`);

type Given = {
  readonly configured?: CacheOptions;
  readonly env?: NodeJS.ProcessEnv;
  readonly option?: string;
  readonly offline?: boolean;
  readonly isPush?: boolean;
};

function settled({ configured, env = {}, option, offline = false, isPush }: Given) {
  return cacheSettings({ configured, root, env, option, offline, ...(isPush && { isPush }) });
}

function parts(given: Given) {
  const settings = settled(given);
  if (!settings.ok) return settings.error.code;
  const { url, trusted, write } = settings.value;
  return {
    url,
    trusted: trusted.map(({ name }) => name),
    write: "reads" in write ? write.reads : write.key.name,
  };
}

test("the command line comes before the environment, and that before the configuration", () => {
  const configured = { url: "file:///configured", trustedKeys: [ci.trusted] };
  const env = { GANTRY_CACHE: "/from environment", GANTRY_CACHE_TRUSTED_KEYS: ` ${other.trusted},` };
  const write = "there is no key to sign with";
  expect(parts({ configured })).toEqual({ url: "file:///configured", trusted: ["ci-1"], write });
  expect(parts({ configured, env })).toEqual({
    url: "file:///from%20environment",
    trusted: ["other"],
    write,
  });
  expect(parts({ configured, env, option: "file:///x" })).toMatchObject({
    url: "file:///x",
    trusted: ["other"],
  });
  expect(parts({ configured, option: "none" })).toEqual({ url: undefined, trusted: ["ci-1"], write });
  expect(parts({ configured, env: { GANTRY_CACHE_TRUSTED_KEYS: "" } })).toMatchObject({ trusted: [] });
});

test("without the network only a directory is asked", () => {
  expect(parts({ configured: { url: "https://x" }, offline: true })).toMatchObject({ url: undefined });
  expect(parts({ configured: { url: "file:///x" }, offline: true })).toMatchObject({ url: "file:///x" });
});

test("who writes", () => {
  const signWith = "ci.secret";
  const CI = "true";
  const GANTRY_CACHE_SIGN_WITH = ci.secret;
  const write = (given: Given) => {
    const found = parts(given);
    return typeof found === "string" ? found : found.write;
  };
  expect({
    "no key": write({ env: { CI } }),
    "the key's file is not there": write({ configured: { signWith: "none.secret" }, env: { CI } }),
    "no CI": write({ configured: { signWith } }),
    CI: write({ configured: { signWith }, env: { CI } }),
    "CI, by a variable": write({ env: { CI, GANTRY_CACHE_SIGN_WITH } }),
    "CI, by a variable with a file": write({ env: { CI, GANTRY_CACHE_SIGN_WITH: join(root, signWith) } }),
    "no CI, always": write({ configured: { signWith, push: "always" } }),
    "CI, never": write({ configured: { signWith, push: "never" }, env: { CI } }),
    push: write({ configured: { signWith }, isPush: true }),
    "push, never": write({ configured: { signWith, push: "never" }, isPush: true }),
    "no such word": write({ env: { GANTRY_CACHE_PUSH: "sometimes" } }),
    "a variable with a file that is not there": write({ env: { CI, GANTRY_CACHE_SIGN_WITH: "/nope" } }),
    "the key itself for its file": write({ configured: { signWith: ci.secret }, env: { CI } }),
    "most of the key itself for its file": write({ configured: { signWith: ci.secret.slice(0, -7) } }),
    "no key at all": write({ env: { GANTRY_CACHE_SIGN_WITH: "abc" } }),
  }).toMatchInlineSnapshot(`
    {
      "CI": "ci-1",
      "CI, by a variable": "ci-1",
      "CI, by a variable with a file": "ci-1",
      "CI, never": "\`push\` is \`never\`",
      "a variable with a file that is not there": "there is no key to sign with: \`GANTRY_CACHE_SIGN_WITH\` names \`/nope\`, which is not there",
      "most of the key itself for its file": "cache-key",
      "no CI": "this is no CI, and \`push\` is \`ci\`",
      "no CI, always": "ci-1",
      "no key": "there is no key to sign with",
      "no key at all": "cache-key",
      "no such word": "cache-push",
      "push": "ci-1",
      "push, never": "\`push\` is \`never\`",
      "the key itself for its file": "cache-key",
      "the key's file is not there": "there is no key to sign with: \`signWith\` names \`none.secret\`, which is not there",
    }
  `);
});

test("who signs believes himself", () => {
  expect(parts({ env: { GANTRY_CACHE_SIGN_WITH: ci.secret } })).toMatchObject({ trusted: ["ci-1"] });
});

test("paths count from the project's root, and a bare name is a program of PATH", () => {
  const accessOf = (credentialHelper: string) => {
    const settings = settled({ configured: { credentialHelper } });
    return settings.ok && settings.value.access.credentialHelper;
  };
  expect(["./tools/helper", "tools/helper", "/opt/helper", "helper"].map(accessOf)).toEqual([
    join(root, "tools/helper"),
    join(root, "tools/helper"),
    "/opt/helper",
    "helper",
  ]);
});

test("events of GitHub that hand secrets to code of forks read only", () => {
  const writes = (name: string, event: object | undefined) => {
    const path = join(root, "event.json");
    if (event) writeFileSync(path, JSON.stringify(event));
    const env = {
      ...{
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: name,
        GITHUB_EVENT_PATH: event ? path : join(root, "none"),
      },
      ...{ CI: "true", GANTRY_CACHE_SIGN_WITH: ci.secret },
    };
    const found = parts({ env });
    return typeof found === "string" ? found : found.write;
  };
  const repository = { full_name: "team/app" };
  const run = (head: string | null) => ({
    workflow_run: { head_repository: head === null ? null : { full_name: head } },
    repository,
  });
  const fork = "this is a pull request from a fork, which only reads";
  const comment = "this is a comment on a pull request, which only reads";
  expect([
    writes("workflow_run", run("team/app")),
    writes("workflow_run", run("fork/app")),
    writes("workflow_run", run(null)),
    writes("workflow_run", undefined),
    writes("issue_comment", { issue: { number: 1 }, repository }),
    writes("issue_comment", { issue: { number: 1, pull_request: { url: "…" } }, repository }),
    writes("issue_comment", undefined),
    writes("schedule", undefined),
  ]).toEqual(["ci-1", fork, fork, fork, "ci-1", comment, comment, "ci-1"]);
});

test("pull requests from forks read only, whatever is set", () => {
  const event = (head: string | null) => {
    const file = join(root, `${head}.json`.replace("/", "-"));
    const repo = head === null ? null : { full_name: head };
    writeFileSync(
      file,
      JSON.stringify({ pull_request: { head: { repo }, base: { repo: { full_name: "team/app" } } } }),
    );
    return file;
  };
  const writes = (env: NodeJS.ProcessEnv) => {
    const GANTRY_CACHE_SIGN_WITH = ci.secret;
    const set = { CI: "true", GANTRY_CACHE_PUSH: "always", GANTRY_CACHE_SIGN_WITH, ...env };
    const found = parts({ env: set, isPush: true });
    return typeof found === "string" ? found : found.write;
  };
  const gitHub = { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request" };
  expect({
    "GitHub, a push": writes({ GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "push" }),
    "GitHub, a branch of its own": writes({ ...gitHub, GITHUB_EVENT_PATH: event("team/app") }),
    "GitHub, a fork": writes({ ...gitHub, GITHUB_EVENT_PATH: event("fork/app") }),
    "GitHub, a fork with the target's rights": writes({
      ...gitHub,
      GITHUB_EVENT_NAME: "pull_request_target",
      GITHUB_EVENT_PATH: event("fork/app"),
    }),
    "GitHub, a fork that was removed": writes({ ...gitHub, GITHUB_EVENT_PATH: event(null) }),
    "GitHub, nobody knows": writes(gitHub),
    "GitLab, a branch of its own": writes({
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
      CI_MERGE_REQUEST_PROJECT_ID: "1",
    }),
    "GitLab, a fork": writes({ CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "2", CI_MERGE_REQUEST_PROJECT_ID: "1" }),
    "Buildkite, a fork": writes({
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_REPO: "git://fork",
      BUILDKITE_REPO: "git://team",
    }),
  }).toMatchInlineSnapshot(`
    {
      "Buildkite, a fork": "this is a pull request from a fork, which only reads",
      "GitHub, a branch of its own": "ci-1",
      "GitHub, a fork": "this is a pull request from a fork, which only reads",
      "GitHub, a fork that was removed": "this is a pull request from a fork, which only reads",
      "GitHub, a fork with the target's rights": "this is a pull request from a fork, which only reads",
      "GitHub, a push": "ci-1",
      "GitHub, nobody knows": "this is a pull request from a fork, which only reads",
      "GitLab, a branch of its own": "ci-1",
      "GitLab, a fork": "this is a pull request from a fork, which only reads",
    }
  `);
});

test("where a key stands that is none is said, and a secret is not shown", () => {
  const said = (given: Given) => {
    const settings = settled(given);
    return settings.ok ? undefined : settings.error;
  };
  expect(said({ env: { GANTRY_CACHE_TRUSTED_KEYS: "ci-1" } })?.notes[0]).toBe(
    "it stands in `GANTRY_CACHE_TRUSTED_KEYS`",
  );
  expect(said({ configured: { trustedKeys: ["ci-1"] } })?.notes[0]).toBe(
    "it stands in `cache.trustedKeys` of the configuration",
  );
  const misplaced = said({ configured: { signWith: ci.secret } });
  expect(misplaced?.message).toBe("`cache.signWith` of the configuration has the secret key itself");
  expect(JSON.stringify(misplaced)).not.toContain(ci.secret.slice(5, 20));
});

test("a password is warned of where it is written, and not where a variable has it", () => {
  const file = join(root, "gantry.config.ts");
  const url = "https://ci:pass-word@cache.example.com";
  writeFileSync(file, `cache: { url: ${JSON.stringify(url)} }`);
  expect(writtenPassword({ url }, file)?.message).toContain("has a password in it");
  writeFileSync(file, "cache: { url: process.env.CACHE }");
  expect(writtenPassword({ url }, file)).toBeUndefined();
  expect(writtenPassword({ url: "https://cache.example.com" }, file)).toBeUndefined();
});
