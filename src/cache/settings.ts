import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { diagnostic } from "../base/diagnostic.ts";
import { isRecord } from "../base/digest.ts";
import { all, err, ok, type Result } from "../base/result.ts";
import type { CacheOptions } from "../crane/cacheOptions.ts";
import { isFile, textOf } from "../tree/files.ts";
import { keyInPlaceOfFile } from "./secrets.ts";
import { type SigningKey, signingKey, type TrustedKey, trustedKey } from "./statement/keys.ts";

/** Which shared cache a command uses, whom it believes, and whether it writes. */
export type CacheSettings = {
  /** Undefined: none. Who is trusted counts all the same, for what was fetched before. */
  readonly url: string | undefined;
  /** Why one that is named is not used, as the end of a sentence. */
  readonly leftOut?: string;
  readonly trusted: readonly TrustedKey[];
  readonly write: WriteAccess;
  readonly access: Pick<CacheOptions, "headers" | "credentialHelper" | "tls">;
};

type WriteAccess =
  | { readonly key: SigningKey /** Whether the command waits until all is sent. */; readonly waits: boolean }
  | {
      /** Why nothing is written, as the end of a sentence. */
      readonly reads: string;
      /** How it would be; absent: it is so on purpose. */
      readonly help?: readonly string[];
    };

type Asked = {
  /** What the configuration says. */
  readonly configured: CacheOptions | undefined;
  /** The project's root, which its paths count from. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** `--cache`: a URL, or `none`. */
  readonly option: string | undefined;
  /** Whether no network may be reached. */
  readonly offline: boolean;
  /** What is asked for is to write, as `gantry cache push` does: then `push: "ci"` holds nobody back. */
  readonly isPush?: boolean;
};

/**
 * The command line decides, then the environment, then the configuration, each of them value by value.
 *
 * Errors: `cache-key`, `cache-push`.
 */
export function cacheSettings(asked: Asked): Result<CacheSettings> {
  const { configured = {}, root, env, option, offline } = asked;
  const named = option ?? env.GANTRY_CACHE ?? configured.url;
  const url = named === undefined || named === "none" || named === "" ? undefined : urlOf(named);
  const texts = env.GANTRY_CACHE_TRUSTED_KEYS?.split(/[\s,]+/).filter((text) => text !== "");
  const from = texts ? "`GANTRY_CACHE_TRUSTED_KEYS`" : "`cache.trustedKeys` of the configuration";
  const trusted = all((texts ?? configured.trustedKeys ?? []).map((text) => trustedKey(text, from)));
  if (!trusted.ok) return trusted;
  const key = keyOf(configured.signWith, { root, env });
  if (!key.ok) return key;
  // Who signs believes himself.
  const own = "secret" in key.value ? trustedKey(key.value.trusted) : undefined;
  const believed = [...trusted.value, ...(own?.ok ? [own.value] : [])];
  const write = writeAccess(asked, key.value);
  if (!write.ok) return write;
  const isOutOfReach = offline && url !== undefined && !url.startsWith("file:");
  const { headers, credentialHelper, tls } = configured;
  const absolute = (path: string) => resolve(root, path);
  return ok({
    url: isOutOfReach ? undefined : url,
    ...(isOutOfReach && { leftOut: "with `--offline`, only one in a directory is used" }),
    trusted: [...new Map(believed.map((each) => [each.text, each])).values()],
    write: write.value,
    access: {
      ...(headers && { headers }),
      // A bare name is looked for in `PATH`.
      ...(credentialHelper !== undefined && {
        credentialHelper: credentialHelper.includes("/") ? absolute(credentialHelper) : credentialHelper,
      }),
      ...(tls && {
        tls: Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, absolute(path)])),
      }),
    },
  });
}

/** A directory may be named by its path. */
function urlOf(text: string): string {
  return text.startsWith("/") ? pathToFileURL(text).href : text;
}

/** Whether it is a directory that nobody has made yet: it is empty until somebody sends something. Never to be asked of one that hangs. */
export function isAbsentDirectory(url: string): boolean {
  return url.startsWith("file:") && URL.canParse(url) && !existsSync(new URL(url));
}

function keyOf(
  configured: string | undefined,
  { root, env }: Pick<Asked, "root" | "env">,
): Result<SigningKey | NoKey> {
  const misplaced = configured === undefined ? undefined : keyInPlaceOfFile(configured);
  if (misplaced) return err(misplaced);
  const given = env.GANTRY_CACHE_SIGN_WITH;
  if (given !== undefined && given !== "") {
    // A variable that holds a secret is the usual way of CIs; a path has no colon before base 64.
    if (isFile(given)) return signingKey(textOf(given) ?? "", `\`${given}\``);
    if (isLikePath(given)) return ok(noFile("GANTRY_CACHE_SIGN_WITH", given));
    return signingKey(given, "`GANTRY_CACHE_SIGN_WITH`");
  }
  if (configured === undefined) return ok({ lacks: "there is no key to sign with", help: howToSign });
  const file = resolve(root, configured);
  // Others have the same configuration, and not the key.
  if (!isFile(file)) return ok(noFile("signWith", configured));
  return signingKey(textOf(file) ?? "", `\`${file}\``);
}

/** Why there is no key, as the end of a sentence, and how there is one. */
type NoKey = { readonly lacks: string; readonly help: readonly string[] };

const howToSign = [
  "make a key: gantry cache key new NAME --out FILE",
  'say where it is: GANTRY_CACHE_SIGN_WITH=FILE, or signWith: "FILE" in `cache` of the configuration',
];

function noFile(setting: string, path: string): NoKey {
  const lacks = `there is no key to sign with: \`${setting}\` names \`${path}\`, which is not there`;
  return {
    lacks,
    help: ["put the secret half there, or make a new key: gantry cache key new NAME --out FILE"],
  };
}

/** Not what may be a key without its name, which is not to be shown: of a seed, or of both halves. */
function isLikePath(text: string): boolean {
  return (
    /^(\/|\.{1,2}\/|~\/)/.test(text) &&
    !/^[A-Za-z0-9+/]{42,44}={0,2}$|^[A-Za-z0-9+/]{86,88}={0,2}$/.test(text)
  );
}

const pushes = ["ci", "always", "never"] as const;

function writeAccess({ configured = {}, env, isPush }: Asked, key: SigningKey | NoKey): Result<WriteAccess> {
  const push = env.GANTRY_CACHE_PUSH || configured.push || "ci";
  if (!pushes.some((each) => each === push))
    return err(
      diagnostic("cache-push", `\`${push}\` does not say when to write to the shared cache`, {
        notes: ["`GANTRY_CACHE_PUSH` and `push` are `ci`, `always` or `never`"],
        status: 2,
      }),
    );
  const reads = (reason: string) => ok({ reads: reason });
  const fork = forkedRequest(env);
  if (fork !== undefined) return reads(fork);
  if ("lacks" in key) return ok({ reads: key.lacks, help: key.help });
  if (push === "never") return reads("`push` is `never`");
  const isCi = isInCi(env);
  if (push === "ci" && !isCi && !isPush) return reads("this is no CI, and `push` is `ci`");
  return ok({ key, waits: isCi });
}

/** Every CI of note sets `CI` (GitHub, GitLab, Buildkite, CircleCI, …). */
function isInCi({ CI }: NodeJS.ProcessEnv): boolean {
  return CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
}

/**
 * Why a build is of code that a stranger wrote, if it is: of a pull request from a fork. To `pull_request` GitHub hands no secret by
 * itself; to events of the repository's own, such as `workflow_run` and `issue_comment`, it does, and jobs on them check out what a
 * fork sent.
 *
 * Variables: docs.github.com "Events that trigger workflows", docs.gitlab.com "Predefined CI/CD variables reference".
 */
function forkedRequest(env: NodeJS.ProcessEnv): string | undefined {
  const why = "this is a pull request from a fork, which only reads";
  if (env.GITHUB_ACTIONS === "true") return gitHubRequest(env, why);
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source, CI_MERGE_REQUEST_PROJECT_ID: target } = env;
  if (source !== undefined && source !== target) return why;
  // GitLab runs the pipeline of a fork in the fork, too, where its own members decide.
  const { BUILDKITE_PULL_REQUEST_REPO: from, BUILDKITE_REPO: to, BUILDKITE_PULL_REQUEST: number } = env;
  return number !== undefined && number !== "false" && from && from !== to ? why : undefined;
}

function gitHubRequest(env: NodeJS.ProcessEnv, why: string): string | undefined {
  const { GITHUB_EVENT_NAME: name = "", GITHUB_EVENT_PATH: path } = env;
  const { pull_request: request, workflow_run: run, repository, issue } = gitHubEvent(path);
  // What cannot be told is taken for a stranger's.
  const unlessSame = (head: string | undefined, base: string | undefined) =>
    head !== undefined && head === base ? undefined : why;
  if (/^pull_request/.test(name))
    return unlessSame(
      nameIn(field(field(request, "head"), "repo")),
      nameIn(field(field(request, "base"), "repo")),
    );
  if (name === "workflow_run") return unlessSame(nameIn(field(run, "head_repository")), nameIn(repository));
  // Nothing there says whose the pull request's code is.
  if (name === "issue_comment" && (!isRecord(issue) || isRecord(issue.pull_request)))
    return "this is a comment on a pull request, which only reads";
  return undefined;
}

function gitHubEvent(path: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? "", "utf8"));
    return isRecord(event) ? event : {};
  } catch {
    return {};
  }
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function nameIn(repository: unknown): string | undefined {
  const name = field(repository, "full_name");
  return typeof name === "string" ? name : undefined;
}
