import { lstatSync, readlinkSync } from "node:fs";

/** The links of a tree: what `readlink` says of a path below its root; undefined for what is no link. */
type Links = { get(path: string): string | undefined };

/** How many links a path may lead over, as Linux has it. */
const most = 40;

/**
 * Where a path of a tree leads when the links on the way and at its end are followed, as the system does on opening it:
 * `..` goes up from where a link led. A path of the same tree, `""` for its root; undefined where it leads out of the
 * tree or round in a circle. Whether something lies there is not asked.
 *
 * @param root the absolute path at which those who follow the links see the tree: an absolute target below it stays in
 *   the tree; `""` for a whole file system. Without it, every absolute target leads out.
 * @example
 * followLinks(new Map([["a/proto", "../proto"]]), "a/proto/x.proto") // "proto/x.proto"
 */
export function followLinks(links: Links, path: string, root?: string): string | undefined {
  const ahead = path.split("/").reverse();
  const reached: string[] = [];
  let followed = 0;
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (reached.pop() === undefined && root !== "") return undefined;
      continue;
    }
    reached.push(part);
    const target = links.get(reached.join("/"));
    if (target === undefined) continue;
    followed += 1;
    const inside = target.startsWith("/") ? below(root, target) : target;
    if (followed > most || target === "" || inside === undefined) return undefined;
    if (target.startsWith("/")) reached.length = 0;
    else reached.pop();
    ahead.push(...inside.split("/").reverse());
  }
  return reached.join("/");
}

/** The links among the files of a tree, by path. */
export function linksAmong(
  files: Iterable<{ readonly path: string; readonly type: string; readonly target?: string }>,
): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { path, type, target } of files) {
    if (type === "symlink" && target !== undefined) links.set(path, target);
  }
  return links;
}

/** The links on disk below a directory. Each path is looked at once. */
export function linksOnDisk(directory: string): Links {
  const known = new Map<string, string | undefined>();
  return {
    get(path) {
      if (known.has(path)) return known.get(path);
      const place = `${directory}/${path}`;
      const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink();
      const target = isLink ? readlinkSync(place) : undefined;
      known.set(path, target);
      return target;
    },
  };
}

function below(root: string | undefined, target: string): string | undefined {
  if (root === undefined || !`${target}/`.startsWith(`${root}/`)) return undefined;
  return target.slice(root.length);
}
