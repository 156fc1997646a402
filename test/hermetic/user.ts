import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { TempProject } from "../rig/tempProject.ts";

/** Somebody who builds: whoever runs the tests, or one without rights, whom root can be in addition. */
export type User = "the one who runs the tests" | "an ordinary user";

/** A build that root starts has root's number on the host, and must not be able to do more for that. */
export const users: readonly User[] =
  process.getuid?.() === 0
    ? ["the one who runs the tests", "an ordinary user"]
    : ["the one who runs the tests"];

/** A number that no account has. */
export const nobodys = "54321";

/** How that user starts Gantry in a project, which is theirs from now on, with its store. */
export function startedBy(
  user: User,
  { root, env }: Pick<TempProject, "root" | "env">,
): { readonly through?: readonly string[]; readonly env?: Readonly<Record<string, string | undefined>> } {
  if (user === "the one who runs the tests") return {};
  const base = dirname(root);
  const rustup = `${base}/rustup`;
  mkdirSync(rustup, { recursive: true });
  execFileSync("chown", ["--recursive", nobodys, base]);
  // Root's home, where rustup has its toolchains, is closed to others.
  const script = 'mount --bind "$1" "$2" && shift 2 && exec setpriv "$@"';
  const become = ["--reuid", nobodys, "--regid", nobodys, "--clear-groups"];
  const through = ["unshare", "--mount", "sh", "-c", script, "sh", env.RUSTUP_HOME ?? "", rustup, ...become];
  return { through, env: { HOME: base, RUSTUP_HOME: rustup } };
}
