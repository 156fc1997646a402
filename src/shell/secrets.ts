// shell: a developer's environment, from the description of it.

import { relative } from "node:path";
import { backticked, type Diagnostic, diagnostic, type Place, placeAt } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Project } from "../project/findProject.ts";
import { textOf } from "../tree/files.ts";

/**
 * Whether a variable looks like a secret: by its name, such as `GITHUB_TOKEN`, with a value that is one; or by its value, such as
 * a URL with a password. What everybody writes where nothing is secret (`test`, `postgres`, `changeme`) is none, and neither is
 * what names a file.
 *
 * @example
 * isSecret("DATABASE_URL", "postgres://app:hunter2@db/app") // true
 * isSecret("DATABASE_URL", "postgres://postgres:postgres@localhost/app") // false
 * isSecret("SSL_KEY_FILE", "/etc/key.pem") // false
 */
export function isSecret(name: string, value: string): boolean {
  return hasSecret(value) || isSecretOf(name, value);
}

/**
 * Whether the text of a `shellHook` has a secret, by the same signs as in `isSecret`: in what it assigns, or anywhere by its
 * value. What it has a command or a variable say is none.
 *
 * @returns the variable that it is assigned to, `shellHook` for one that is nobody's; undefined without one
 * @example
 * secretInHook('export API_TOKEN="$(pass show api)"') // undefined
 * secretInHook("export API_TOKEN=hunter2") // "API_TOKEN"
 */
export function secretInHook(hook: string): string | undefined {
  const assignments = hook.matchAll(/(?<![\w$-])([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&|()"']*)/gs);
  for (const [, name = "", word = ""] of assignments)
    if (isSecret(name, word.replace(/^(["'])(.*)\1$/s, "$2"))) return name;
  return hasSecret(hook) ? "shellHook" : undefined;
}

/** By its form, wherever it stands. */
function hasSecret(text: string): boolean {
  if (tellingValues.some((pattern) => pattern.test(text))) return true;
  const urls = [...text.matchAll(/:\/\/([^/@\s:]*):([^/@\s]+)@/g)];
  if (urls.some(([, user = "", password = ""]) => password !== user && !isNone(password))) return true;
  const told = [...text.matchAll(/(?<!\w)(?:password|passwd|pwd)=(?:'([^']*)'|([^\s;&,'"]*))/gi)];
  const users = new Set(
    [...text.matchAll(/(?<!\w)(?:user|username|uid|user id)=([^\s;&,'"]+)/gi)].map(([, user]) => user),
  );
  return told.some(([, quoted, bare = ""]) => !users.has(quoted ?? bare) && !isNone(quoted ?? bare));
}

function isSecretOf(name: string, value: string): boolean {
  return tellingName.test(name) && !isNone(value);
}

/** What names a file, what is filled in later, and what everybody writes. */
function isNone(value: string): boolean {
  return /^(?:~?\/|\.\.?\/|[$%<{`])/.test(value) || isPlaceholder(value);
}

/** The end of the name. A name that ends otherwise, such as `_FILE`, `_TTL` or `_ID`, is about the secret and not it. */
const tellingName =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(?:^|_)(?:PASS|PWD)|SECRET_KEY_BASE|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|SESSION|MASTER|AUTH|COOKIE|JWT)_?KEY)$/i;

/** The forms that issuers give their tokens, so that such programs as this one can tell them. */
const tellingValues = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|xapp-[\w-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,})\b/,
  /\b(?:npm_\w{30,}|[sr]k_live_\w{10,}|cio[A-Za-z0-9]{32}|hf_[A-Za-z0-9]{30,}|dop_v1_\w{40,}|dckr_pat_[\w-]{20,}|pypi-[\w-]{50,}|SG\.[\w-]{16,}\.[\w-]{16,})\b/,
  /(?<![\w-])sk-(?:(?:proj|ant|svcacct|admin|or)-[\w-]{16,}|[A-Za-z0-9]{32,})/,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/,
  /\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+(?=[\w.~+/-]*\d)[\w.~+/-]{8,}/i,
  /\bbearer\s+(?=[\w.~+/-]*\d)[\w.~+/-]{20,}/i,
];

function isPlaceholder(value: string): boolean {
  return /^(?:|true|false|off|error|warn|info|debug|trace|\d|x+|\*+|none|null|(?:my-?)?(?:secret|password|token)|change-?me|admin|root|guest|user|postgres|mysql|redis|minio(?:admin|123)?|(?:dev|test|local|dummy|example|fake|insecure|unsafe)\w*(?:-[\w-]*)?)$/i.test(
    value,
  );
}

type Written = {
  /** What would be written: `setup.sh`. */
  readonly file: string;
  readonly project: Pick<Project, "root" | "configuration">;
  /** The `shellHook`, where that is written, too. */
  readonly hook?: string | undefined;
  /** What to do with a variable that is one. Default: what those who develop do. */
  readonly where?: string;
};

/**
 * Refuses to write a project's environment into a file, where others would read the secrets in it.
 *
 * Errors: `secret-in-env`, which names all variables, never with their values.
 */
export function withoutSecrets(
  env: Readonly<Record<string, string>>,
  { file, project, hook = "", where }: Written,
): Result<void> {
  const secrets = Object.keys(env).filter((name) => isSecret(name, env[name] ?? ""));
  const [first] = secrets;
  const hooked = first === undefined ? secretInHook(hook) : undefined;
  if (hooked !== undefined) return err(hookHasSecret(hooked, { file, project }));
  if (first === undefined) return ok();
  const [looks, they] = secrets.length === 1 ? ["looks like a secret", "it"] : ["look like secrets", "them"];
  return err(
    diagnostic(
      "secret-in-env",
      `${backticked(secrets)} ${looks}, and \`${file}\` would show ${they} to everybody`,
      {
        place: placeOfVariable(first, project),
        help: [
          where ??
            `take ${they} out of \`env\`, and have everybody keep ${they} in their own environment: in \`~/.profile\`, export ${first}=…`,
          valuesThatAreNone,
        ],
      },
    ),
  );
}

function hookHasSecret(name: string, { file, project }: Written): Diagnostic {
  const [what, by] = name === "shellHook" ? ["what", "TOKEN"] : [`\`${name}\`, which`, name];
  return diagnostic(
    "secret-in-env",
    `the \`shellHook\` has ${what} looks like a secret, and \`${file}\` would show it to everybody`,
    {
      place: placeOfVariable(name, project) ?? placeOfVariable("shellHook", project),
      help: [
        `have everybody keep it in their own environment (in \`~/.profile\`, export ${by}=…), or ask what keeps it: export ${by}="$(pass show …)"`,
        valuesThatAreNone,
      ],
    },
  );
}

/** The remedy for a value that only looks so. */
export const valuesThatAreNone =
  "a value that is no secret is one that says so, such as `test`, `dev-only` or `changeme`";

/** Where the configuration names a variable; the line itself is not shown, since a secret may stand in it. */
export function placeOfVariable(
  name: string,
  { root, configuration }: Pick<Project, "root" | "configuration">,
): Place | undefined {
  if (configuration === undefined) return undefined;
  const text = textOf(configuration) ?? "";
  const offset = text.search(new RegExp(`\\b${name.replace(/[^\w]/g, "\\$&")}\\b`));
  if (offset < 0) return undefined;
  const { file, line, column } = placeAt(relative(root, configuration), text, offset);
  return { file, line, column };
}
