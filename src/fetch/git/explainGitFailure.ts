import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { homeOf } from "../../base/paths.ts";
import { redact } from "../../cargo/redact.ts";
import { type GitRun, runGit } from "./repository.ts";
import { sshTarget, triedLogins } from "./triedLogins.ts";

/** What was to be fetched, for messages. */
type GitSubject = {
  readonly url: string;
  readonly commit: string;
  /** `my-dep v1.2.3`. */
  readonly wantedBy: string;
  /** As what the project's configuration names it. Absent: it is a package of the lock. */
  readonly wantedAs?: "input" | "registry" | undefined;
  /** The submodule's path, where the repository is one. */
  readonly submodule?: string | undefined;
};

/**
 * What the standard error of a `git fetch` that failed means (wording of git 2.39 and OpenSSH 9.2). Their own words
 * become the causes, without credentials.
 *
 * Gives `git-host-key`, `git-unreachable`, `git-authentication`, `git-repository-missing` or `git-failed`.
 */
export async function explainGitFailure(
  subject: GitSubject,
  stderr: string,
  run: GitRun,
): Promise<Diagnostic> {
  const url = shownUrl(subject);
  const reached = await reachedUrl(subject.url, run);
  const causes = causesIn(stderr);
  const notes = wantedNotes(subject);
  if (reached !== url) notes.push(`\`url.….insteadOf\` in your git configuration leads to \`${reached}\``);
  const tryIt = `git ls-remote ${url}`;
  const hostKey = explainHostKey({ url: reached, notes, stderr, causes }, run);
  if (hostKey) return hostKey;
  if (unreachable.test(stderr)) {
    return diagnostic("git-unreachable", `cannot reach the server of \`${url}\``, {
      causes,
      notes,
      help: [`check the network and the proxy, then: ${tryIt}`],
    });
  }
  if (refused.test(stderr)) {
    const ssh = sshTarget(reached);
    return diagnostic("git-authentication", `\`${url}\` does not let git in`, {
      causes,
      notes: [...notes, ...(await triedLogins(reached, run)).map((each) => `tried: ${each}`)],
      help: ssh
        ? [
            `ssh ${ssh.port === undefined ? "" : `-p ${ssh.port} `}-T ${ssh.user}@${ssh.host}`,
            "a key with a passphrase must be in the agent: ssh-add",
          ]
        : [
            tryIt,
            "store a token with a credential helper: git config --global credential.helper store, then git credential approve",
          ],
    });
  }
  if (absent.test(stderr)) {
    const missing = `there is no repository at \`${url}\`, or you may not see it`;
    return diagnostic("git-repository-missing", missing, { causes, notes, help: [tryIt] });
  }
  return diagnostic("git-failed", `git cannot fetch from \`${url}\``, { causes, notes, help: [tryIt] });
}

const unreachable =
  /could not resolve host|connection refused|timed? ?out|connection reset|network is unreachable|no route to host|failed to connect|couldn't connect to server|connection closed|unable to access .*: (?:SSL|server certificate)|returned error: 5\d\d/i;

const refused =
  /permission denied|authentication failed|could not read (?:username|password)|terminal prompts disabled|access denied|too many authentication failures|returned error: 40[13]/i;

const absent =
  /repository .*not found|not found|does not appear to be a git repository|does not exist|returned error: 404/i;

/**
 * git's lines, without the advice that is the same for every failure, and without repetitions. Some are the server's,
 * which could move the cursor or clear the screen.
 */
function causesIn(stderr: string): string[] {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) =>
      redact(line)
        .replace(/\p{Cc}/gu, " ")
        .trim(),
    )
    .filter((line) => line !== "" && !/^[@\s]+$/.test(line) && !advice.test(line));
  return [...new Set(lines)].slice(-8);
}

const advice =
  /^(?:Please make sure you have the correct access rights|and the repository exists|warning: Permanently added)/;

type HostKeyFailure = {
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
function explainHostKey(
  { url, notes, stderr, causes }: HostKeyFailure,
  { env }: Pick<GitRun, "env">,
): Diagnostic | undefined {
  const isChanged = /host identification has changed/i.test(stderr);
  if (!isChanged && !/host key verification failed/i.test(stderr)) return undefined;
  const { host = "", port } = sshTarget(url) ?? {};
  const known = port === undefined ? host : `[${host}]:${port}`;
  const [, offending, line] = /^Offending .*key in (.+):(\d+)\r?$/m.exec(stderr) ?? [];
  const usual = `${homeOf(env)}/.ssh/known_hosts`;
  const other = offending === usual ? undefined : offending;
  const file = other === undefined ? "~/.ssh/known_hosts" : other;
  const scan = `ssh-keyscan ${port === undefined ? "" : `-p ${port} `}${host} >> ${file}`;
  const shown = causes.filter((each) => !hostKeyAdvice.test(each));
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
const hostKeyAdvice =
  /identification has changed|^it is possible that|^someone could be|^it is also possible|^the fingerprint for|^SHA256:|^please contact|^add correct|^offending|^remove with|^ssh-keygen/i;

/**
 * Where git goes for a URL: elsewhere, where the user's `url.….insteadOf` says so. Without credentials, since such a
 * setting may hold some. No server is asked.
 */
async function reachedUrl(url: string, run: GitRun): Promise<string> {
  const asked = await runGit(["ls-remote", "--get-url", "--", url], run);
  const answer = asked.stdout.toString().trim();
  return shownUrl({ url: asked.ok && answer !== "" ? answer : url });
}

/** The repository's URL without what may be secret in it. */
export function shownUrl({ url }: Pick<GitSubject, "url">): string {
  return redact(url).replace(/\*+@/, "");
}

/** Whose dependency it is, and what of it. */
function wantedNotes({ wantedBy, wantedAs, submodule, commit }: GitSubject): string[] {
  const part = submodule === undefined ? "" : `, as its submodule \`${submodule}\``;
  const kind = wantedAs === undefined ? "" : `the ${wantedAs} `;
  return [`required by ${kind}\`${wantedBy}\`${part}, at commit \`${commit.slice(0, 12)}\``];
}

/** `git-revision-gone`: the server is there, and no longer has the commit. */
export function revisionGone(subject: GitSubject): Diagnostic {
  const url = shownUrl(subject);
  return diagnostic("git-revision-gone", `\`${url}\` does not have commit \`${subject.commit}\``, {
    notes: [
      ...wantedNotes(subject),
      "it was probably removed by a forced push; no branch or tag leads to it",
    ],
    help: [otherRevision(subject)],
  });
}

function otherRevision({ submodule, wantedAs, wantedBy }: GitSubject): string {
  if (submodule !== undefined) return `ask the owner of \`${submodule}\` to publish the commit`;
  if (wantedAs !== undefined) return "name another commit as its `rev` in `gantry.config.ts`";
  return `lock another one: cargo update -p ${wantedBy.split(" ")[0] ?? ""}`;
}

/** `git-offline`: it would have to be fetched, and may not. */
export function gitOffline(subject: GitSubject): Diagnostic {
  return diagnostic(
    "git-offline",
    `\`${shownUrl(subject)}\` is not fetched yet, and \`--offline\` forbids to`,
    {
      notes: wantedNotes(subject),
      help: ["fetch once with the network: the same command without `--offline`"],
    },
  );
}

/** `git-missing`: there is no `git` to fetch with. */
export function gitMissing(wantedBy: string): Diagnostic {
  return diagnostic("git-missing", "`git` not found on `PATH`", {
    notes: [`\`${wantedBy}\` comes from a git repository, which the user's own \`git\` fetches`],
    help: ["install git: https://git-scm.com/downloads"],
  });
}
