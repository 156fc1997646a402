/**
 * The address of a cache as it may be shown: without user, password, and what else may be a secret. One that is no URL is written
 * down wrong somewhere, perhaps in its password, so that nothing of it counts on its parts.
 *
 * @example
 * shownAddress("https://ci:pa/ss@cache.example.org/x?sig=1") // "https://***@cache.example.org/x"
 */
export function shownAddress(text: string): string {
  const url = URL.parse(text);
  if (url && known.has(url.protocol) && text.includes("://") && !isDoubtful(url)) return shownUrl(url);
  // The path of a directory, in place of a URL.
  if (text.startsWith("/") && !text.startsWith("//")) return text;
  // A password that was not encoded may have each of `/`, `?`, `#` and `@` in it.
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/*)?(.*)$/is.exec(text) ?? [];
  const at = rest.lastIndexOf("@");
  const user = at < 0 ? "" : "***@";
  const place = rest.slice(at + 1);
  // Where the bucket is says what is wrong with it.
  return scheme + user + (scheme.toLowerCase() === "s3://" ? place : place.replace(/[?#].*$/s, ""));
}

const known = new Set(["file:", "http:", "https:", "s3:", "grpc:", "grpcs:"]);

function shownUrl(url: URL): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  // The query of an HTTP address may be a signature. That of S3 says where the bucket is.
  if (bare.protocol !== "s3:") bare.search = "";
  bare.hash = "";
  return bare.href.replace(/\/$/, "");
}

/** `https://ci:12/word@host` is a URL: of port 12 at the host `ci`. A path of a server has no `@`, as good as always. */
function isDoubtful({ protocol, pathname, search, hash }: URL): boolean {
  return protocol !== "file:" && (pathname + search + hash).includes("@");
}
