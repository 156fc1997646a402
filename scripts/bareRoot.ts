import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { execa } from "execa";

/** A Debian in a directory, with a user `dev` who may use sudo, and nothing that a developer needs besides. */
export type BareRoot = {
  readonly directory: string;
  /** Runs a command line in the user's home there, without a terminal. */
  run(
    line: string,
    as?: "root" | "dev",
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;
};

/**
 * Unpacks a minimal Debian by mmdebstrap, with the names, the network and the trusted authorities of this machine.
 *
 * @param archive where it is packed, or was by an earlier run
 * @param env what every command in it has besides
 */
export async function bareRoot(
  directory: string,
  archive: string,
  env: Readonly<Record<string, string>>,
): Promise<BareRoot> {
  const release = await readFile("/etc/os-release", "utf8");
  const suite = /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? "stable";
  if (!existsSync(archive)) {
    await execa("mmdebstrap", [
      "--variant=minbase",
      "--include=ca-certificates,sudo",
      suite,
      `${archive}.new.tar`,
    ]);
    await rename(`${archive}.new.tar`, archive);
  }
  await mkdir(directory, { recursive: true });
  await execa("tar", ["--extract", "--numeric-owner", "--file", archive, "--directory", directory]);
  for (const path of ["etc/resolv.conf", "etc/hosts", "usr/local/share/ca-certificates"])
    await cp(`/${path}`, join(directory, path), { recursive: true, dereference: true });
  const run: BareRoot["run"] = async (line, as = "dev") => {
    const variables = {
      ...env,
      HOME: as === "root" ? "/root" : `/home/${as}`,
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LC_ALL: "C.UTF-8",
    };
    const enter =
      'root=$1 user=$2; shift 2; mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; exec chroot --userspec="$user:" "$root" env -i "$@"';
    const { exitCode, stdout, stderr } = await execa(
      "unshare",
      [
        ...["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", directory, as],
        ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
        ...["sh", "-c", `cd && ${line}`],
      ],
      { reject: false, stdin: "ignore" },
    );
    return { status: exitCode ?? 1, stdout, stderr };
  };
  const made = await run(
    "useradd --create-home --shell /bin/sh dev && echo 'dev ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/dev",
    "root",
  );
  if (made.status !== 0) throw new Error(made.stderr);
  return { directory, run };
}

/**
 * Has rustup's installer stand at `sh.rustup.rs` for a root: a script that gets `rustup-init` from `RUSTUP_UPDATE_ROOT`, as the
 * published one does. It listens on an address of this machine that nothing else uses; the root trusts its certificate.
 */
export async function rustupInstaller(root: BareRoot, work: string): Promise<AsyncDisposable> {
  const [name, address] = ["sh.rustup.rs", "127.77.0.1"];
  const [key, certificate] = [join(work, "key.pem"), join(work, "certificate.pem")];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ],
    { stdio: "ignore" },
  );
  const trusted = join(root.directory, "usr/local/share/ca-certificates");
  await mkdir(trusted, { recursive: true });
  await cp(certificate, join(trusted, "rustup.crt"));
  const hosts = join(root.directory, "etc/hosts");
  await writeFile(hosts, `${await readFile(hosts, "utf8")}\n${address} ${name}\n`);
  const trusting = await root.run("update-ca-certificates", "root");
  if (trusting.status !== 0) throw new Error(trusting.stderr);
  const script = `set -eu
init=$(mktemp -d)/rustup-init
curl -sSf "$RUSTUP_UPDATE_ROOT/dist/$(uname -m)-unknown-linux-gnu/rustup-init" -o "$init"
chmod +x "$init"
"$init" "$@" </dev/null
`;
  const server = createServer(
    { key: await readFile(key), cert: await readFile(certificate) },
    (_, response) => response.end(script),
  );
  await new Promise<void>((resolve) => server.listen(443, address, resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
