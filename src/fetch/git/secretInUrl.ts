import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import type { LockedPackage } from "../registry/lockedPackage.ts";
import { isGit } from "./gitSource.ts";
import { withoutUser } from "./withoutUser.ts";

/**
 * `secret-in-url`: the first package whose repository is named with a password or an access token. Cargo finds a
 * replaced source by its whole URL, so the secret would have to be written into the build's configuration, and it
 * is in the manifest and the lock that the build sees: such a project is not built at all.
 */
export function secretInUrl(packages: readonly LockedPackage[]): Diagnostic | undefined {
  for (const { name, version, source } of packages) {
    if (source === undefined || !isGit(source) || !holdsSecret(source)) continue;
    const url = source.replace(/^git\+/, "").replace(/[?#].*/s, "");
    const [plain, host] = [withoutUser(url), /:\/\/(?:[^/@]*@)?([^/]+)/.exec(url)?.[1] ?? ""];
    return diagnostic("secret-in-url", `\`Cargo.lock\` holds a password or token in the URL of \`${name}\``, {
      notes: [
        `\`${name} v${version}\` comes from \`${redact(url)}\``,
        "whoever can read the project can read the secret, and so could every build",
      ],
      help: [
        `write the dependency without it, \`git = "${plain}"\`, revoke the secret, and: cargo update -p ${name}`,
        `give git a new one by a credential helper (git credential approve), or by a line of \`~/.netrc\`: machine ${host} login USER password TOKEN`,
      ],
    });
  }
  return undefined;
}

/** A user's name alone is none (`https://me@host/…`, `ssh://git@host/…`), unless it is a token by its looks. */
function holdsSecret(source: string): boolean {
  const user = /^git\+[\w+.-]+:\/\/([^/@]+)@/.exec(source)?.[1];
  if (user === undefined) return false;
  return /:./.test(user) || /^(?:gh[a-z]_|github_pat_|gl[a-z]+-)/.test(user) || user.length >= 32;
}
