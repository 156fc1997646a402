import { homedir } from "node:os";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { sshTarget } from "./gitSubject.ts";
import type { GitRun } from "./runGit.ts";

export type HostKeyFailure = {
  /** Where git went. */
  readonly url: string;
  /** What there is to say of it besides. */
  readonly notes: readonly string[];
  /** All that ssh and git said. */
  readonly stderr: string;
  /** What of that may be shown. */
  readonly causes: readonly string[];
};

/**
 * `git-host-key`: ssh does not trust the server (wording of OpenSSH 9.2). Undefined where it is about something
 * else.
 */
export function explainHostKey(
  { url, notes, stderr, causes }: HostKeyFailure,
  { env }: Pick<GitRun, "env">,
): Diagnostic | undefined {
  const isChanged = /host identification has changed/i.test(stderr);
  if (!isChanged && !/host key verification failed/i.test(stderr)) return undefined;
  const { host = "", port } = sshTarget(url) ?? {};
  const known = port === undefined ? host : `[${host}]:${port}`;
  const [, offending, line] = /^Offending .*key in (.+):(\d+)\r?$/m.exec(stderr) ?? [];
  const usual = `${env.HOME || homedir()}/.ssh/known_hosts`;
  const other = offending === usual ? undefined : offending;
  const file = other === undefined ? "~/.ssh/known_hosts" : other;
  const scan = `ssh-keyscan ${port === undefined ? "" : `-p ${port} `}${host} >> ${file}`;
  const shown = causes.filter((each) => !advice.test(each));
  if (!isChanged) {
    return diagnostic("git-host-key", `the server \`${known}\` has a host key that is not known here`, {
      causes: shown,
      notes,
      help: [`compare the key with what the server's owner publishes: ${scan}`],
    });
  }
  const [fingerprint] = /\bSHA256:[\w+/]+/.exec(stderr) ?? [];
  const remove = `ssh-keygen ${other === undefined ? "" : `-f ${other} `}-R '${known}'`;
  return diagnostic("git-host-key", `the server \`${known}\` has another host key than before`, {
    causes: shown,
    notes: [
      ...notes,
      "somebody may be between you and the server",
      ...(fingerprint === undefined ? [] : [`its key is now \`${fingerprint}\``]),
      ...(line === undefined ? [] : [`the key of before is line ${line} of \`${file}\``]),
    ],
    help: [`ask whoever runs the server, and only if it was changed there: ${remove} && ${scan}`],
  });
}

/** What ssh says at length, and the message in short. */
const advice =
  /identification has changed|^it is possible that|^someone could be|^it is also possible|^the fingerprint for|^SHA256:|^please contact|^add correct|^offending|^remove with|^ssh-keygen/i;
