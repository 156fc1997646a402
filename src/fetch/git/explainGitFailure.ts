import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import { explainHostKey } from "./explainHostKey.ts";
import { type GitSubject, shownUrl, sshTarget, wantedNotes } from "./gitSubject.ts";
import { reachedUrl } from "./reachedUrl.ts";
import type { GitRun } from "./runGit.ts";
import { whatWasTried } from "./whatWasTried.ts";

/**
 * What the standard error of a `git fetch` that failed means (wording of git 2.39 and OpenSSH 9.2). Their own words
 * become the causes, without credentials.
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
      notes: [...notes, ...(await whatWasTried(reached, run)).map((each) => `tried: ${each}`)],
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
