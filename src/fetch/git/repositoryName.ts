/** The last part of a repository's URL, without `.git`, as a directory may be called: `my-dep`. */
export function repositoryName(url: string): string {
  const path = url.replace(/[?#].*/s, "").replace(/\/+$/, "");
  const last = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf(":")) + 1);
  return last.replace(/\.git$/, "").replace(/[^\w.-]/g, "_") || "repository";
}
