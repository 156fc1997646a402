const root = "/build/source";

/** How many links a path may lead over, as Linux has it. */
const most = 40;

/**
 * Where a path of the source leads when the links in it are followed, as the system does on opening it; `..` goes up
 * from where a link led. Undefined if that is outside of the source.
 *
 * @param links targets by path
 * @example
 * followLinks(new Map([["a/proto", "../proto"]]), "a/proto/x.proto") // "proto/x.proto"
 */
export function followLinks(links: ReadonlyMap<string, string>, path: string): string | undefined {
  let rest = path.split("/");
  let at: string[] = [];
  for (let hops = 0; ; ) {
    const [part, ...others] = rest;
    if (part === undefined) return at.join("/");
    rest = others;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return undefined;
      continue;
    }
    const target = links.get([...at, part].join("/"));
    if (target === undefined) {
      at.push(part);
      continue;
    }
    hops += 1;
    if (hops > most) return undefined;
    if (target.startsWith("/")) {
      if (target !== root && !target.startsWith(`${root}/`)) return undefined;
      at = [];
      rest = [...target.slice(root.length).split("/"), ...rest];
    } else rest = [...target.split("/"), ...rest];
  }
}
