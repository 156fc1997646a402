/**
 * The URL of a submodule as `.gitmodules` writes it; `./x` and `../x` count from the URL of the repository that it
 * is part of (gitsubmodules(7)).
 *
 * @example
 * submoduleUrl("../b.git", "ssh://git@h/team/a.git") // "ssh://git@h/team/b.git"
 */
export function submoduleUrl(written: string, parent: string): string {
  if (!/^\.\.?(?:\/|$)/.test(written)) return written;
  let base = parent.replace(/\/+$/, "");
  const parts = written.split("/").filter((part) => part !== "");
  let separator = "/";
  while (parts[0] === "." || parts[0] === "..") {
    if (parts.shift() === ".") continue;
    const slash = base.lastIndexOf("/");
    const at = slash === -1 ? base.lastIndexOf(":") : slash;
    // `git@host:repo` has its root after the colon.
    separator = slash === -1 ? ":" : "/";
    base = at === -1 ? base : base.slice(0, at);
  }
  return `${base}${separator}${parts.join("/")}`;
}
