import { redact } from "../../cargo/redact.ts";

/** What was to be fetched, for messages. */
export type GitSubject = {
  readonly url: string;
  readonly commit: string;
  /** `my-dep v1.2.3`. */
  readonly wantedBy: string;
  /** What of the configuration's that is. Absent: a package of the lock. */
  readonly wantedAs?: "input" | "registry" | undefined;
  /** The submodule's path, where the repository is one. */
  readonly submodule?: string | undefined;
};

/** The repository's URL without what may be secret in it. */
export function shownUrl({ url }: Pick<GitSubject, "url">): string {
  return redact(url).replace(/\*+@/, "");
}

/** Whose dependency it is, and what of it. */
export function wantedNotes({ wantedBy, wantedAs, submodule, commit }: GitSubject): string[] {
  const part = submodule === undefined ? "" : `, as its submodule \`${submodule}\``;
  const kind = wantedAs === undefined ? "" : `the ${wantedAs} `;
  return [`required by ${kind}\`${wantedBy}\`${part}, at commit \`${commit.slice(0, 12)}\``];
}

/** `git@host`, and the port as ssh wants it; undefined for a URL that is not reached by SSH. */
export function sshTarget(
  url: string,
): { readonly user: string; readonly host: string; readonly port?: string } | undefined {
  const [, user = "git", host, port] =
    /^(?:git\+)?ssh:\/\/(?:([^/@:]*)(?::[^/@]*)?@)?([^/:]+)(?::(\d+))?/.exec(url) ??
    /^(?![\w+]+:\/\/)(?:([^/@:]+)@)?([^/:]+):/.exec(url) ??
    [];
  if (host === undefined) return undefined;
  return port === undefined ? { user, host } : { user, host, port };
}
