// cargo: Cargo's formats as typed data. Here is what all of them name: sources and packages.

/**
 * Where a package comes from, as `Cargo.lock`, messages and unit graphs write it. URLs are kept as written.
 */
export type SourceId =
  /**
   * `registry+https://github.com/rust-lang/crates.io-index`: an index in git, and Cargo's name for crates.io.
   */
  | { readonly kind: "registry"; readonly url: string }
  /** `sparse+https://…`: an index over HTTP. The URL is kept without `sparse+`. */
  | { readonly kind: "sparse"; readonly url: string }
  | {
      readonly kind: "git";
      /** Without query and fragment. */
      readonly url: string;
      readonly reference: GitReference;
      /** The full commit that the lock pins. */
      readonly commit?: string;
    }
  | { readonly kind: "path" | "directory" | "local-registry"; readonly url: string };

/** What the manifest asked of a git repository; `default` is its default branch. */
export type GitReference =
  | { readonly kind: "default" }
  | { readonly kind: "branch" | "tag" | "rev"; readonly name: string };

/** crates.io, as lock files and messages name it whichever protocol is used. */
export const cratesIo: SourceId = { kind: "registry", url: "https://github.com/rust-lang/crates.io-index" };

/** The same as text. */
export const cratesIoText = `registry+${cratesIo.url}`;

type SourceIdOptions = {
  /**
   * Whether names of branches, tags and revisions are percent-encoded. Lock files do so since version 4;
   * package ids always do. Default: true.
   */
  readonly encoded?: boolean;
};

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

/**
 * Writes a source id as Cargo does.
 *
 * @example
 * formatSourceId({ kind: "git", url: "https://h/a", reference: { kind: "branch", name: "f/x" } })
 * // "git+https://h/a?branch=f%2Fx"
 */
export function formatSourceId(source: SourceId, options: SourceIdOptions = {}): string {
  if (source.kind !== "git") return `${source.kind}+${source.url}`;
  const commit = source.commit === undefined ? "" : `#${source.commit}`;
  return `git+${source.url}${formatReference(source.reference, options.encoded ?? true)}${commit}`;
}

function formatReference(reference: GitReference, encoded: boolean): string {
  if (reference.kind === "default") return "";
  const { kind, name } = reference;
  return encoded ? `?${new URLSearchParams({ [kind]: name })}` : `?${kind}=${name}`;
}

/**
 * What `[patch.<…>]` calls the source of a package: `crates-io`, or the URL of a registry's index or of a git
 * repository. One entry is for all branches and revisions of a repository.
 *
 * Source: The Cargo Book, "Overriding dependencies", the `[patch]` section.
 */
export function patchTable(source: SourceId): string {
  if (source.kind === cratesIo.kind && source.url === cratesIo.url) return "crates-io";
  return source.kind === "sparse" ? `sparse+${source.url}` : source.url;
}

/** Which package: what Cargo's messages and unit graphs call `package_id` and `pkg_id`. */
export type PackageId = {
  readonly source: SourceId;
  readonly name: string;
  readonly version: string;
};

/**
 * Reads a fully qualified package id; undefined where the text is none
 * (https://doc.rust-lang.org/cargo/reference/pkgid-spec.html). Where the last segment of the URL's path is
 * the package's name, only the version follows the `#`. The form of Cargo before 1.77 is read too:
 * `serde 1.0.0 (registry+https://…)`.
 *
 * @example
 * parsePackageId("path+file:///build/source/app#0.1.0")?.name // "app"
 */
export function parsePackageId(text: string): PackageId | undefined {
  const old = /^(\S+) (\S+) \((.+)\)$/.exec(text);
  if (old) return packageIdOf(old[3] ?? "", old[1] ?? "", old[2] ?? "");
  const hash = text.lastIndexOf("#");
  if (hash === -1) return undefined;
  const [url, fragment] = [text.slice(0, hash), text.slice(hash + 1)];
  const at = fragment.search(/[@:]/);
  if (at !== -1) return packageIdOf(url, fragment.slice(0, at), fragment.slice(at + 1));
  const path = url.replace(/\?.*/s, "");
  return packageIdOf(url, path.slice(path.lastIndexOf("/") + 1), fragment);
}

function packageIdOf(url: string, name: string, version: string): PackageId | undefined {
  // All crates of crates.io share one source: a thousand ids need not parse it a thousand times.
  const source = url === cratesIoText ? cratesIo : parseSourceId(url);
  return source && name !== "" && /^\d/.test(version) ? { source, name, version } : undefined;
}
