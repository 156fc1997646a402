import { execa } from "execa";

/**
 * Runs a shell script in an empty world that has nothing but the trees, laid over each other at `/usr`: the
 * first on top. Returns what it printed, both streams, and its status.
 */
export async function inSandbox(trees: readonly string[], script: string) {
  const bwrap =
    "exec bwrap --unshare-all --ro-bind /mnt /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 " +
    '--tmpfs /tmp --proc /proc --dev /dev --chdir /tmp --clearenv --setenv PATH /usr/bin -- /bin/sh -ec "$1" 2>&1';
  const mount =
    trees.length > 1
      ? `mount -t overlay overlay -o lowerdir=${trees.join(":")} /mnt`
      : `mount --bind ${trees[0]} /mnt`;
  const ran = await execa("unshare", ["-Urm", "sh", "-c", `${mount} && ${bwrap}`, "sh", script], {
    reject: false,
  });
  return { status: ran.exitCode, output: `${ran.stdout}${ran.stderr}` };
}
