import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { posix } from "node:path";
import { followLinks, linksOnDisk } from "../../tree/links.ts";

/** What a tree below `/usr` will consist of, by path: files of the host, and links. */
export type TreePlan = Map<string, Planned>;
export type Planned =
  | { readonly type: "file"; readonly from: string; readonly mode: number; readonly size: number }
  | { readonly type: "link"; readonly target: string };

/**
 * Plans a tree of the host's files that can be mounted at `/usr` anywhere: absolute links become relative,
 * those through `/etc/alternatives` lead straight to what they stand for, and those that leave `/usr` are
 * dropped. Paths that do not exist, directories, and what `wanted` refuses are passed over.
 */
export function planTree(root: string, paths: Iterable<string>, wanted: (path: string) => boolean): TreePlan {
  const where = whereabouts(root);
  const plan: TreePlan = new Map();
  for (const path of paths) {
    const at = underUsr(path);
    if (at === undefined || !wanted(at)) continue;
    const stat = lstatSync(root + path, { throwIfNoEntry: false });
    const planned = stat && planOne(path, stat, { root, where });
    if (planned) plan.set(...planned);
  }
  return plan;
}

type Host = { readonly root: string; readonly where: Whereabouts };

function planOne(path: string, stat: Stats, host: Host): [string, Planned] | undefined {
  const real = host.where.real(path);
  const at = underUsr(real);
  if (at === undefined) return undefined;
  // A helper that only its group may read would make the tree depend on who builds.
  if (stat.isFile() && !(stat.mode & 0o004)) return undefined;
  if (stat.isFile()) return [at, { type: "file", from: host.root + real, mode: stat.mode, size: stat.size }];
  if (!stat.isSymbolicLink()) return undefined;
  const target = linkTarget(at, host.where.destination(real));
  return target === undefined ? undefined : [at, { type: "link", target }];
}

/** The relative link from `at` to a path of the host; undefined if that is not below `/usr`, or is itself. */
function linkTarget(at: string, destination: string | undefined): string | undefined {
  const to = destination === undefined ? undefined : underUsr(destination);
  if (to === undefined || to === at) return undefined;
  return posix.relative(posix.dirname(at), to) || ".";
}

/**
 * Adds the links that Debian's `update-alternatives` keeps and no package lists (`cc`, `awk`, `libblas.so.3`),
 * as far as they stand for something in the plan.
 */
export function addAlternatives(root: string, plan: TreePlan): void {
  const where = whereabouts(root);
  for (const directory of directoriesOf(plan)) {
    for (const link of alternativesIn(`${root}/usr/${directory}`)) {
      const at = `${directory}/${link}`;
      const destination = where.destination(`/usr/${at}`);
      const target = linkTarget(at, destination);
      const stands = destination !== undefined && plan.has(underUsr(destination) ?? "");
      if (target !== undefined && stands && !plan.has(at)) plan.set(at, { type: "link", target });
    }
  }
}

function directoriesOf(plan: TreePlan): Set<string> {
  const all = [...plan.keys()].map((path) => posix.dirname(path));
  return new Set(all.filter((path) => /^(?:bin|lib(?:\/[^/]+-linux-[^/]+)?)$/.test(path)));
}

function alternativesIn(directory: string): string[] {
  const links = entriesOf(directory).filter((entry) => entry.isSymbolicLink());
  const names = links.map((entry) => entry.name);
  return names.filter((name) => readlinkSync(`${directory}/${name}`).startsWith("/etc/alternatives/"));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * The host's path as a path below `/usr`, with `/bin`, `/lib` and their like taken for the directories of that
 * name in `/usr`, whether the host merged them or not; undefined for what lies elsewhere.
 */
export function underUsr(path: string): string | undefined {
  return /^\/(?:usr\/)?((?:s?bin|lib[^/]*)(?:\/.*)?)$/.exec(path)?.[1] ?? /^\/usr\/(.+)$/.exec(path)?.[1];
}

/** Finds where paths of one host really lie. Directories are asked for once. */
type Whereabouts = {
  /** With the links among its directories followed, but not the last component. */
  real(path: string): string;
  /** Where the link at `path` leads, past `/etc/alternatives`; as a path of the host, with links followed. */
  destination(path: string): string | undefined;
};

function whereabouts(root: string): Whereabouts {
  const links = linksOnDisk(root);
  const directories = new Map<string, string>();
  function directory(path: string): string {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const followed = followLinks(links, path, "");
    const found = followed === undefined ? path : `/${followed}`;
    directories.set(path, found);
    return found;
  }
  function real(path: string): string {
    return posix.join(directory(posix.dirname(path)), posix.basename(path));
  }
  function destination(path: string): string | undefined {
    const target = links.get(path.slice(1));
    if (target === undefined) return undefined;
    const place = posix.resolve(posix.dirname(path), target);
    return place.startsWith("/etc/alternatives/") ? destination(place) : real(place);
  }
  return { real, destination };
}

/** Beside the usual directories those of cross compilers, which have headers and libraries of their platform. */
const roots =
  /^(?:s?bin|lib|lib32|lib64|libx32|libexec|include|\w+(?:-\w+)?-linux-(?:gnu|musl)\w*|\w+-w64-mingw32\w*)\//;

/** Of `share`, only what tools and compilers read, and certificates. */
const shared =
  /^share\/(?:pkgconfig|pkg-config-crosswrapper|aclocal|autoconf|automake|bison|ca-certificates|cmake|gettext|glib-2\.0|go|libtool|llvm|m4|mingw-w64|nodejs|perl|postgresql-common|protobuf|python|wayland|xcb)[^/]*\//;

const unwanted: readonly RegExp[] = [
  /^lib\/(?:apt|binfmt\.d|cron|debug|dpkg|firmware|init|lsb|mime|modprobe\.d|modules|modules-load\.d|pam\.d|sysctl\.d|systemd|sysusers\.d|tmpfiles\.d|udev|valgrind)\//,
  /^lib\/locale\/(?!C\.)/,
  /^lib[^/]*\/(?:[^/]+\/)?gconv\//,
  /^(?!include\/).*\/(?:man|doc|docs|info|__pycache__)\//,
  // Some hundreds of megabytes that only the compiler's own developers link.
  /^lib\/llvm-[^/]+\/(?:build\/|lib\/lib(?:clang|lld)[^/]*\.a$)/,
  /^bin\/[^/]*lto-dump[^/]*$/,
];

/** Whether a file, by its path below `/usr`, is of use to a build: programs, libraries, headers and their data. */
export function wantedPath(path: string): boolean {
  return (roots.test(path) || shared.test(path)) && !unwanted.some((pattern) => pattern.test(path));
}
