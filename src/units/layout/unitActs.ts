import { posix } from "node:path";
import { isWithin } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { Access, Task } from "../../sandbox/observation.ts";

/** Whose acts are told, and what is told of nobody. */
export type ActorPlace = {
  /** The directories whose files it may read: those of its package, and of a compiler those of all crates. */
  readonly packages: readonly string[];
  /** The place in the target directory that is its own, see `placeName`. */
  readonly own: (path: string) => boolean;
  /** Of a path in the target directory, the package that left it there; undefined: no build script did. */
  readonly leftBy: (path: string) => string | undefined;
  /** It is linked, for which rustc runs programs. */
  readonly isLinked: boolean;
};

/**
 * What a build script, or a macro in a compiler, did beyond its own files and `OUT_DIR`, in words that are the same on every
 * machine: no versions, no processor's name, no numbers of processes, no temporary names. Sorted:
 *
 * - `runs cc`: it had a program executed, be it there or not. What compilers run by themselves is theirs.
 * - `reads /usr/include`: directories of the system, and what lies elsewhere by its first names; not the libraries and files
 *   that programs need to run
 * - `writes ~/.config/x`, also where the sandbox did not let it
 * - `opens connections`, `asks for the address of a host`
 *
 * What it asks about processes and devices is left out, and what it leaves in temporary files.
 */
export function actsOf(tasks: readonly Task[], actor: ActorPlace): string[] {
  const acts = tasks.flatMap((task) => {
    const { programs = [], files = [], connects = false } = task.system ?? {};
    const paths = [
      ...programs,
      ...task.accesses.flatMap(({ kind, path }) => (kind === "run" ? [path] : [])),
    ].map((path) => posix.normalize(path));
    const started = paths.filter((path) => path !== task.program);
    return [
      ...programNames(started, actor),
      ...task.accesses.flatMap((access) => actOn(access, actor)),
      ...files.flatMap(systemRead),
      ...(connects ? ["opens connections"] : []),
    ];
  });
  return [...new Set(acts)].sort();
}

/** Names by which C compilers and rustc are called, which run programs by themselves. */
const compilers = /^(?:cc|c\+\+|c[89]9|cpp|gcc|g\+\+|clang|clang\+\+|rustc|clippy-driver|rustdoc)$/;
const ofCompilers = /^(?:as|ld|ld\.\w+|rust-lld|mold|collect2|cc1|cc1plus|lto1|lto-wrapper|gcc-ld)$/;
const loaders = /^ld(?:-linux|-musl|64)?[\w.-]*\.so(?:\.\d+)?$/;

function programNames(paths: readonly string[], actor: ActorPlace): string[] {
  const named = paths.flatMap((path) => {
    const name = plainName(posix.basename(path));
    if (loaders.test(posix.basename(path)) || name === "") return [];
    return [{ name, from: ownerOf(path, actor) }];
  });
  const hasCompiler = actor.isLinked || named.some(({ name }) => compilers.test(name));
  return named.flatMap(({ name, from }) => {
    if (from === "itself") return ["runs a program that it made"];
    if (from !== undefined) return [`runs ${name} of ${from}`];
    if (hasCompiler && ofCompilers.test(name)) return [];
    return actor.isLinked && compilers.test(name) ? [] : [`runs ${name}`];
  });
}

/** Without the processor's name before it, and the version behind: `x86_64-linux-gnu-gcc-12` is `gcc`. */
function plainName(name: string): string {
  return name
    .replace(/^(?:[a-z0-9_]+-)?(?:[a-z0-9]+-)?(?:linux|w64)-\w+-/, "")
    .replace(/-\d+(?:\.\d+)*$/, "");
}

/** Who a program outside of the system is from; undefined: it is the system's. */
function ownerOf(path: string, { packages, own, leftBy }: ActorPlace): string | undefined {
  if (isWithin(path, world.targetDirectory)) return own(path) ? "itself" : (leftBy(path) ?? "the build");
  if (packages.some((directory) => isWithin(path, directory))) return "its package";
  if (isWithin(path, world.vendor)) return crateAt(path);
  if (isWithin(path, world.source)) return "the project";
  return isWithin(path, world.home) || isWithin(path, world.temporary) ? "itself" : undefined;
}

function actOn({ kind, path: used }: Access, actor: ActorPlace): string[] {
  if (kind !== "open" && kind !== "write") return [];
  const path = posix.normalize(used);
  const verb = kind === "open" ? "reads" : "writes";
  if (unspoken.some((directory) => isWithin(path, directory))) return [];
  if (isWithin(path, world.targetDirectory)) return inTarget(verb, path, actor);
  const isOwn = actor.packages.some((directory) => isWithin(path, directory));
  if (isOwn && verb === "reads") return [];
  if (isWithin(path, world.source)) return [`${verb} the project`];
  if (isOwn) return ["writes its package"];
  if (isWithin(path, world.vendor)) return path === world.vendor ? [] : [`${verb} ${crateAt(path)}`];
  if (isWithin(path, world.out)) return [`${verb} the output`];
  if (isWithin(path, world.home)) return [`${verb} ${shortened("~", path.slice(world.home.length))}`];
  return [`${verb} ${shortened("", path)}`];
}

/**
 * Temporary files, whose names say nothing; Cargo's settings, which Gantry made; where rustc looks for the standard library's
 * code, which a published toolchain has elsewhere.
 */
const unspoken = [
  ...[world.temporary, world.sharedMemory, world.cargoConfig],
  ...["/proc", "/dev", "/sys", "/rustc"],
];

/** The system's loader looks for libraries in Cargo's directories (`LD_LIBRARY_PATH`), so that reading there says nothing. */
function inTarget(verb: string, path: string, { own, leftBy }: ActorPlace): string[] {
  if (own(path)) return [];
  const by = leftBy(path);
  if (by !== undefined) return [`${verb} what ${by} made`];
  return verb === "reads" ? [] : ["writes the target directory"];
}

/** The first names of a path: `~/.ssh`, `/opt/x`; three where the second only says what kind of files there are. */
function shortened(start: string, path: string): string {
  const names = path.split("/").filter((name) => name !== "");
  const isKind = start === "~" && /^\.(?:config|cache|local)$/.test(names[0] ?? "");
  return [start, ...names.slice(0, start === "~" && !isKind ? 1 : 2)].join("/") || "/";
}

/** What programs need to run, they read wherever they run. */
function systemRead(used: string): string[] {
  const path = posix.normalize(used);
  if (/^\/etc\/(?:hosts|resolv\.conf)$/.test(path)) return ["asks for the address of a host"];
  if (/^\/etc\/(?:ld\.so\.|(?:nsswitch|host|gai)\.conf$|localtime$)/.test(path)) return [];
  if (isWithin(path, "/etc")) return [`reads ${shortened("", path)}`];
  const [, found] = /^\/usr\/[^/]+\/(?:.+\/)?pkgconfig\/(.+\.pc)$/.exec(path) ?? [];
  if (found !== undefined) return [`reads ${posix.basename(found)}`];
  return ["/usr/include", "/usr/local", "/usr/src"].flatMap((directory) =>
    isWithin(path, directory) ? [`reads ${directory}`] : [],
  );
}

/** `/build/vendor/libz-sys-1.1.23/src` lies in the crate libz-sys. */
function crateAt(path: string): string {
  const [name = ""] = path.slice(world.vendor.length + 1).split("/");
  return `the crate ${name.replace(/-\d+\.\d+\.\d+.*$/, "")}`;
}
