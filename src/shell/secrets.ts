// shell: a developer's environment, from the description of it.

import { relative } from "node:path";
import { backticked, diagnostic, type Place, placeAt } from "../base/diagnostic.ts";
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
  if (tellingValues.some((pattern) => pattern.test(value))) return true;
  const [, user = "", password = ""] = /:\/\/([^/@\s:]*):([^/@\s]+)@/.exec(value) ?? [];
  if (password !== "" && password !== user && !isPlaceholder(password)) return true;
  return tellingName.test(name) && !isPlaceholder(value) && !value.startsWith("/");
}

/** The end of the name. A name that ends otherwise, such as `_FILE`, `_TTL` or `_ID`, is about the secret and not it. */
const tellingName =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(?:^|_)(?:PASS|PWD)|SECRET_KEY_BASE|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|SESSION|MASTER|AUTH|COOKIE|JWT)_?KEY)$/i;

/** The forms that issuers give their tokens, so that such programs as this one can tell them. */
const tellingValues = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|npm_\w{30,}|sk_live_\w{10,}|cio[A-Za-z0-9]{32})\b/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/,
];

function isPlaceholder(value: string): boolean {
  return /^(?:|true|false|\d|x+|\*+|none|null|(?:my-?)?(?:secret|password|token)|change-?me|admin|root|guest|user|postgres|mysql|redis|minio(?:admin|123)?|(?:dev|test|local|dummy|example|fake|insecure|unsafe)\w*(?:-[\w-]*)?)$/i.test(
    value,
  );
}

/**
 * Refuses to write variables of a project's environment into a file, where others would read them.
 *
 * Errors: `secret-in-env`, which names them all, never with their values.
 *
 * @param file what would be written: `setup.sh`
 */
export function withoutSecrets(
  env: Readonly<Record<string, string>>,
  { file, project }: { readonly file: string; readonly project: Pick<Project, "root" | "configuration"> },
): Result<void> {
  const secrets = Object.keys(env).filter((name) => isSecret(name, env[name] ?? ""));
  const [first] = secrets;
  if (first === undefined) return ok();
  const [looks, they] = secrets.length === 1 ? ["looks like a secret", "it"] : ["look like secrets", "them"];
  return err(
    diagnostic(
      "secret-in-env",
      `${backticked(secrets)} ${looks}, and \`${file}\` would show ${they} to everybody`,
      {
        place: placeOfVariable(first, project),
        help: [
          `take ${they} out of \`env\`, and have everybody keep ${they} in their own environment: in \`~/.profile\`, export ${first}=…`,
          "a value that is no secret is one that says so, such as `test`, `dev-only` or `changeme`",
        ],
      },
    ),
  );
}

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
