import type { GitReference, SourceId, SourceIdOptions } from "./sourceId.ts";

/**
 * Reads a source id; undefined where the text is none.
 *
 * @example
 * parseSourceId("git+https://github.com/a/b?branch=x#0123abc")
 * // { kind: "git", url: "https://github.com/a/b", reference: { kind: "branch", name: "x" }, commit: "0123abc" }
 */
export function parseSourceId(text: string, options: SourceIdOptions = {}): SourceId | undefined {
  const plus = text.indexOf("+");
  const [kind, url] = [text.slice(0, plus), text.slice(plus + 1)];
  if (!url.includes(":")) return undefined;
  switch (kind) {
    case "registry":
    case "sparse":
    case "path":
    case "directory":
    case "local-registry":
      return { kind, url };
    case "git":
      return parseGit(url, options.encoded ?? true);
    default:
      return undefined;
  }
}

function parseGit(text: string, encoded: boolean): SourceId {
  const [location, commit] = cut(text, text.indexOf("#"));
  const [url, query] = cut(location, location.indexOf("?"));
  const reference = parseReference(query ?? "", encoded);
  return { kind: "git", url, reference, ...(commit !== undefined && { commit }) };
}

/** As in Cargo: the last pair counts, `ref` is an old name of `branch`, other pairs are dropped. */
function parseReference(query: string, encoded: boolean): GitReference {
  for (const pair of query.split("&").reverse()) {
    const [key, value = ""] = cut(pair, pair.indexOf("="));
    const kind = key === "ref" ? "branch" : key;
    if (kind !== "branch" && kind !== "tag" && kind !== "rev") continue;
    return { kind, name: encoded ? decode(value) : value };
  }
  return { kind: "default" };
}

/** The encoding of HTML forms, in which `+` is a space. */
function decode(text: string): string {
  return new URLSearchParams(`v=${text}`).get("v") ?? "";
}

function cut(text: string, at: number): [before: string, after?: string] {
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
