import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describeWhere } from "../../rig/describeWhere.ts";
import { startServer } from "../../rig/servers/process.ts";

export type SshServer = AsyncDisposable & {
  /** `ssh://user@127.0.0.1:<port>`, to which a repository's absolute path is added. */
  readonly url: string;
  readonly host: string;
  /** Key files: one that is let in, and one that is not. */
  readonly rightKey: string;
  readonly wrongKey: string;
  /** `known_hosts` with the server's key, with another one, and with nothing. */
  readonly known: { readonly right: string; readonly other: string; readonly none: string };
  /**
   * A `GIT_SSH_COMMAND` that uses a key file (or the agent only) and a file of known hosts, and nothing of
   * the user's.
   */
  command(key: string | undefined, known: string): string;
};

const program = "/usr/sbin/sshd";

/** A suite that needs Debian's `openssh-server`. Without it, it fails if `CI` is `true`, and else says so. */
export function describeSsh(what: string, body: () => void): void {
  const missing = "sshd is not installed (apt install openssh-server)";
  describeWhere({ isThere: existsSync(program), missing }, what, body);
}

/** A real `sshd` on this machine that lets the user who runs the tests in, with one key. */
export async function sshServer(directory: string): Promise<SshServer> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Where a server that root starts wants to be able to lock itself in.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
  const file = (name: string) => join(directory, name);
  const write = (name: string, text: string) => {
    writeFileSync(file(name), text, { mode: 0o600 });
    return file(name);
  };
  for (const key of ["host", "other", "right", "wrong"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", file(key)]);
  const publicKey = (name: string) => execFileSync("cat", [`${file(name)}.pub`], { encoding: "utf8" });
  write("authorized_keys", publicKey("right"));
  const settings = (port: number) => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${file("host")}
AuthorizedKeysFile ${file("authorized_keys")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
`;
  const server = await startServer(1, (_, [port = 0]) => [
    ...[program, "-D", "-e", "-f"],
    write("sshd_config", settings(port)),
  ]);
  const [port] = server.ports;
  const known = (name: string) => `[127.0.0.1]:${port} ${publicKey(name)}`;
  return {
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    host: `[127.0.0.1]:${port}`,
    rightKey: file("right"),
    wrongKey: file("wrong"),
    known: {
      right: write("known_right", known("host")),
      other: write("known_other", known("other")),
      none: write("known_none", ""),
    },
    command: (key, knownHosts) =>
      [
        "ssh -F none -o BatchMode=yes -o GlobalKnownHostsFile=none",
        `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`,
        key ? `-o IdentitiesOnly=yes -i ${key}` : "-o IdentityFile=none",
      ].join(" "),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
