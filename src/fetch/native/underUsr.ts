import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { posix } from "node:path";

/**
 * The host's path as a path below `/usr`, with `/bin`, `/lib` and their like taken for the directories of that
 * name in `/usr`, whether the host merged them or not; undefined for what lies elsewhere.
 */
export function underUsr(path: string): string | undefined {
  return /^\/(?:usr\/)?((?:s?bin|lib[^/]*)(?:\/.*)?)$/.exec(path)?.[1] ?? /^\/usr\/(.+)$/.exec(path)?.[1];
}

/** Finds where paths of one host really lie. Directories are asked for once. */
export type Whereabouts = {
  /** With the links among its directories followed, but not the last component. */
  real(path: string): string;
  /** Where the link at `path` leads, past `/etc/alternatives`; as a path of the host, with links followed. */
  destination(path: string): string | undefined;
};

export function whereabouts(root: string): Whereabouts {
  const directories = new Map<string, string>();
  const base = root === "" ? "" : realpathSync(root);
  function directory(path: string): string {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const found = realOr(base, path);
    directories.set(path, found);
    return found;
  }
  function real(path: string): string {
    return posix.join(directory(posix.dirname(path)), posix.basename(path));
  }
  function destination(path: string): string | undefined {
    const target = posix.resolve(posix.dirname(path), readlinkSync(base + path));
    if (!target.startsWith("/etc/alternatives/")) return real(target);
    const isLink = lstatSync(base + target, { throwIfNoEntry: false })?.isSymbolicLink();
    return isLink ? destination(target) : undefined;
  }
  return { real, destination };
}

function realOr(base: string, path: string): string {
  try {
    return realpathSync(base + path).slice(base.length) || "/";
  } catch {
    return path;
  }
}
