import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { redact } from "../../cargo/redact.ts";
import { type GitSubject, shownUrl, sshTarget, wantedNotes } from "./gitSubject.ts";
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
  const causes = causesIn(stderr);
  const notes = wantedNotes(subject);
  const tryIt = `git ls-remote ${url}`;
  if (/host key verification failed|remote host identification has changed/i.test(stderr)) {
    return hostKey(subject, /identification has changed/i.test(stderr), causes);
  }
  if (unreachable.test(stderr)) {
    return diagnostic("git-unreachable", `cannot reach the server of \`${url}\``, {
      causes,
      notes,
      help: [`check the network and the proxy, then: ${tryIt}`],
    });
  }
  if (refused.test(stderr)) {
    const ssh = sshTarget(subject.url);
    return diagnostic("git-authentication", `\`${url}\` does not let git in`, {
      causes,
      notes: [...notes, ...(await whatWasTried(subject.url, run)).map((each) => `tried: ${each}`)],
      help: ssh
        ? [
            `ssh ${portOption(ssh.port)}-T ${ssh.user}@${ssh.host}`,
            "a key with a passphrase must be in the agent: ssh-add",
          ]
        : [
            tryIt,
            "store a token with a credential helper: git config --global credential.helper store, then git credential approve",
          ],
    });
  }
  if (absent.test(stderr)) {
    return diagnostic(
      "git-repository-missing",
      `there is no repository at \`${url}\`, or you may not see it`,
      {
        causes,
        notes,
        help: [tryIt],
      },
    );
  }
  return diagnostic("git-failed", `git cannot fetch from \`${url}\``, { causes, notes, help: [tryIt] });
}

const unreachable =
  /could not resolve host|connection refused|timed? ?out|connection reset|network is unreachable|no route to host|failed to connect|couldn't connect to server|connection closed|unable to access .*: (?:SSL|server certificate)|returned error: 5\d\d/i;

const refused =
  /permission denied|authentication failed|could not read (?:username|password)|terminal prompts disabled|access denied|too many authentication failures|returned error: 40[13]/i;

const absent =
  /repository .*not found|not found|does not appear to be a git repository|does not exist|returned error: 404/i;

function hostKey(subject: GitSubject, changed: boolean, causes: readonly string[]): Diagnostic {
  const { host = "", port } = sshTarget(subject.url) ?? {};
  const known = port === undefined ? host : `[${host}]:${port}`;
  const scan = `ssh-keyscan ${portOption(port)}${host} >> ~/.ssh/known_hosts`;
  const what = changed ? "has another host key than before" : "has a host key that is not known here";
  return diagnostic("git-host-key", `the server \`${known}\` ${what}`, {
    causes,
    notes: [...wantedNotes(subject), ...(changed ? ["somebody may be between you and the server"] : [])],
    help: changed
      ? [`ask whoever runs the server, and only if it was changed there: ssh-keygen -R '${known}' && ${scan}`]
      : [`compare the key with what the server's owner publishes: ${scan}`],
  });
}

function portOption(port: string | undefined): string {
  return port === undefined ? "" : `-p ${port} `;
}

/** git's lines, without the advice that is the same for every failure, and without repetitions. */
function causesIn(stderr: string): string[] {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => redact(line).trim())
    .filter((line) => line !== "" && !/^[@\s]+$/.test(line) && !advice.test(line));
  return [...new Set(lines)].slice(-8);
}

const advice =
  /^(?:Please make sure you have the correct access rights|and the repository exists|warning: Permanently added)/;

/** `git-revision-gone`: the server is there, and no longer has the commit. */
export function revisionGone(subject: GitSubject): Diagnostic {
  const url = shownUrl(subject);
  const name = subject.wantedBy.split(" ")[0] ?? "";
  return diagnostic("git-revision-gone", `\`${url}\` does not have commit \`${subject.commit}\``, {
    notes: [
      ...wantedNotes(subject),
      "it was probably removed by a forced push; no branch or tag leads to it",
    ],
    help:
      subject.submodule === undefined
        ? [`lock another one: cargo update -p ${name}`]
        : [`ask the owner of \`${subject.submodule}\` to publish the commit`],
  });
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
