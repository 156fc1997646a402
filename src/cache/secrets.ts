import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { CacheOptions } from "../crane/cacheOptions.ts";
import { isFile, textOf } from "../tree/files.ts";
import { signingKey } from "./statement/keys.ts";

/**
 * A key to sign with where the name of its file should be: all who have the project have the key then. It is not shown.
 *
 * @param configured `signWith` of the configuration
 */
export function keyInPlaceOfFile(configured: string): Diagnostic | undefined {
  // One that is cut or has a letter too many gives most of it away as well.
  const isLike = /^[^:/]*:?[A-Za-z0-9+/]{60,}={0,2}$/.test(configured.replaceAll(/\s/g, ""));
  if (!signingKey(configured, "it").ok && (!isLike || isFile(configured))) return undefined;
  return diagnostic("cache-key", "`cache.signWith` of the configuration has the secret key itself", {
    notes: [
      "it names a file with the key; whoever could read the key where it was written can sign with it, and it stays in the history of Git",
    ],
    help: [
      "make another key: gantry cache key new NAME --out FILE",
      "take this one out of `trustedKeys`, wherever it is trusted",
      "name the file by `cache.signWith`, or give the key by GANTRY_CACHE_SIGN_WITH",
    ],
    status: 2,
  });
}

/**
 * A password of the cache's address that is written in the configuration, where all who have the project can read it. One that the
 * configuration takes from a variable is none.
 *
 * @param file the configuration
 */
export function writtenPassword(
  { url = "" }: Pick<CacheOptions, "url">,
  file: string | undefined,
): Diagnostic | undefined {
  const password = URL.parse(url)?.password ?? "";
  const text = file === undefined ? undefined : textOf(file);
  if (password === "" || text === undefined) return undefined;
  const written = [url, `:${password}@`, ...(password.length < 8 ? [] : [password])];
  if (!written.some((each) => text.includes(each))) return undefined;
  return diagnostic("cache-password", "`cache.url` of the configuration has a password in it", {
    notes: ["all who have the project can read it, and it stays in the history of Git"],
    help: [
      "give the address by the variable GANTRY_CACHE, or credentials by ~/.netrc, `cache.headers` or `cache.credentialHelper`",
      "and have whoever runs the cache change the password",
    ],
  });
}
