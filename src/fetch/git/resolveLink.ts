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
