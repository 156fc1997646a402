/**
 * Where a path of a tree leads when all symbolic links on the way, and at its end, are followed: a path of the same
 * tree (`""` for its root), or undefined where it leads out of the tree or round in a circle.
 *
 * @param links the target of every link of the tree, by its path
 */
export function resolveLink(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const left = path.split("/");
  const here: string[] = [];
  // As many as Linux follows.
  let followed = 40;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (here.pop() === undefined) return undefined;
      continue;
    }
    here.push(part);
    const target = links.get(here.join("/"));
    if (target === undefined) continue;
    if (target === "" || target.startsWith("/") || --followed < 0) return undefined;
    here.pop();
    left.unshift(...target.split("/"));
  }
  return here.join("/");
}

/**
 * Whether a symbolic link at `path` leads out of the crate, given every link of the crate by its path.
 *
 * Counting `..` is not enough: where a directory on the way is itself a link, `..` goes to the parent of what it
 * points to. So a target that goes through another link counts as leaving; one that ends at a link is fine,
 * since that link is judged by itself.
 */
export function linkLeavesCrate(path: string, links: ReadonlyMap<string, string>): boolean {
  const target = links.get(path) ?? "";
  if (target === "" || target.startsWith("/")) return true;
  const here = path.split("/").slice(0, -1);
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  for (const [index, part] of parts.entries()) {
    if (part !== "..") here.push(part);
    else if (here.pop() === undefined) return true;
    if (index < parts.length - 1 && links.has(here.join("/"))) return true;
  }
  return false;
}
