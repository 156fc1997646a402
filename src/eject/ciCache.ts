import type { CacheOptions } from "../crane/cacheOptions.ts";

/** A variable that a pipeline gives the description's shared cache. */
type CacheVariable = {
  readonly name: string;
  /**
   * `plain`: a variable of the repository. `directory`: one too, for the address that takes the place of a directory, by default
   * `none`. `credential`: a secret by which the cache is read. `key`: the secret by which results are signed.
   */
  readonly kind: "plain" | "directory" | "credential" | "key";
};

/**
 * What CI has to say of the shared cache, beside what the description says.
 *
 * A pipeline's machine does not have the directory of a `file:` address, and what is built there is in the store that is kept
 * from run to run: a second archive of the same would be saved and loaded for nothing.
 */
function cacheVariables(cache: CacheOptions): readonly CacheVariable[] {
  const { url, trustedKeys = [], push, secrets = [] } = cache;
  const credentials = new Set([
    ...(url?.startsWith("s3:") ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] : []),
    ...secrets,
  ]);
  const address: CacheVariable["kind"] | undefined =
    url === undefined ? "plain" : isDirectory(cache) ? "directory" : undefined;
  return [
    ...(address === undefined ? [] : [{ name: "GANTRY_CACHE", kind: address }]),
    ...(trustedKeys.length === 0 ? [{ name: "GANTRY_CACHE_TRUSTED_KEYS", kind: "plain" as const }] : []),
    ...[...credentials].map((name) => ({ name, kind: "credential" as const })),
    ...(push === "never" ? [] : [{ name: "GANTRY_CACHE_SIGN_WITH", kind: "key" as const }]),
  ];
}

function isDirectory({ url }: CacheOptions): boolean {
  return url?.startsWith("file:") ?? false;
}

/** What a reader of the file has to know of these variables, as lines of comments. */
function remarks(cache: CacheOptions, said: { readonly credentials: string; readonly key: string }) {
  const kinds = new Set(cacheVariables(cache).map(({ kind }) => kind));
  const isUnnamed = (cache.headers || cache.credentialHelper !== undefined) && cache.secrets === undefined;
  return [
    ...(kinds.has("directory")
      ? [
          "The description's shared cache is a directory, which is not here: the store that is kept from run to run serves",
          "in its place. The variable GANTRY_CACHE may name a cache that can be reached from here.",
        ]
      : []),
    ...(kinds.has("credential") ? [said.credentials] : []),
    ...(kinds.has("key") ? [said.key] : []),
    ...(isUnnamed
      ? [
          "Variables that the cache's headers or its helper are made of come here by `cache.secrets` in the description.",
        ]
      : []),
  ];
}

/**
 * The `env` of a step of GitHub's, with its comments; empty where nothing is needed. Where the description says something, no
 * variable takes its place; secrets that are not there are empty, as if they were not set.
 *
 * The key is for the default branch alone: `github.ref` of a pull request is `refs/pull/…/merge`.
 */
export function cacheOfGithub(cache: CacheOptions | undefined): string {
  const variables = cache ? cacheVariables(cache) : [];
  if (!cache || variables.length === 0) return "";
  const expressionOf = ({ name, kind }: CacheVariable): string => {
    switch (kind) {
      case "plain":
        return `vars.${name}`;
      case "directory":
        return `vars.${name} || 'none'`;
      case "credential":
        return `secrets.${name}`;
      case "key":
        return `github.ref == format('refs/heads/{0}', github.event.repository.default_branch) && secrets.${name} || ''`;
    }
  };
  const comments = remarks(cache, {
    credentials: "Pull requests from forks, and those of Dependabot, get no secrets.",
    key: "The default branch alone signs what it builds, and sends it to the shared cache. All others only read.",
  });
  return [
    ...comments.map((text) => `        # ${text}`),
    "        env:",
    ...variables.map((each) => `          ${each.name}: \${{ ${expressionOf(each)} }}`),
    "",
  ].join("\n");
}

/** The comments on top of GitLab's file: it gives jobs all variables of the project and the group by itself. */
export function cacheOfGitlab(cache: CacheOptions | undefined): string {
  if (!cache) return "";
  const kindOf = { plain: "a", directory: "a", credential: "a masked", key: "a masked and protected" };
  const lines = [
    ...cacheVariables(cache).map(
      ({ name, kind }) => `${name}: ${kindOf[kind]} variable of the project or group, for the shared cache.`,
    ),
    ...remarks(cache, {
      credentials:
        "Pipelines of forks have none of these. A protected one is for protected branches alone: others could not read.",
      key: "Protected branches alone get the key, sign what they build, and send it. All others only read.",
    }),
  ];
  return lines.map((line) => `# ${line}\n`).join("");
}

/** Variables of GitLab's job, below those of the project and the group, which take their place. */
export function cacheDefaultsOfGitlab(cache: CacheOptions | undefined): string {
  return cache && isDirectory(cache) ? '    GANTRY_CACHE: "none"\n' : "";
}
