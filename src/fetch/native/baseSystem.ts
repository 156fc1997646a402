import { accessSync, constants, readFileSync } from "node:fs";
import { canonical } from "../../base/canonical.ts";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { PackageSystem } from "../../derivation/model.ts";
import type { Store } from "../../store/store.ts";
import { addPlannedTree } from "./addPlannedTree.ts";
import {
  dpkgClosure,
  dpkgFiles,
  dpkgStamp,
  findPackage,
  hasDpkg,
  readDpkg,
  requiredBase,
  usualBase,
} from "./dpkg.ts";
import { installCommand, packageSystem } from "./packageSystem.ts";
import { addAlternatives, planTree, type TreePlan, wantedPath } from "./planTree.ts";
import { type NativeContext, remembered, stamp } from "./provider.ts";

/** What lies at `/usr` in a sandbox before anything is declared: libc, `cc`, the linker, a shell, base tools. */
type BaseSystem = {
  /** Of its content; part of every key. */
  readonly digest: Digest;
  /** What to mount at `/usr`. */
  readonly dir: string;
  /** For people: `gcc 12.2.0 and what it needs, from dpkg`. */
  readonly description: string;
  /**
   * `closure`: a tree of the store with the C compiler and its dependencies, and nothing else.
   * `host-usr`: the host's whole `/usr`, known only by the content of its compiler, linker and libc.
   */
  readonly kind: "closure" | "host-usr";
};

/** The host, as far as the base system depends on it. */
type BaseHost = Pick<NativeContext, "root" | "platform" | "env" | "signal" | "onProgress">;

/**
 * The base system of this host. Under 3 ms when nothing has been installed since the last time.
 *
 * Errors: `c-compiler-missing`, with the command that installs one.
 */
export function baseSystem(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  return hasDpkg(host.root) ? dpkgBase(store, host) : hostUsrBase(store, host);
}

/** The base system as a tree of its own, from the files of the installed compiler packages. */
async function dpkgBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const { root } = host;
  const key = `${root} ${dpkgStamp(root)}`;
  const found = await remembered(store, { kind: "base-dpkg", key }, async () => {
    const database = readDpkg(root);
    const absent = requiredBase.filter((name) => !findPackage(database, name));
    if (absent.length > 0) return err(compilerMissing("apt", absent));
    const closure = dpkgClosure(database, [...requiredBase, ...usualBase]);
    const plan = planTree(root, dpkgFiles(root, closure.values()), wantedInBase);
    addAlternatives(root, plan);
    addUsualNames(plan);
    const added = await addPlannedTree(store, plan, { ...host, name: "base system" });
    if (!added.ok) return added;
    return ok({ digest: added.value, version: findPackage(database, "gcc")?.version ?? "" });
  });
  if (!found.ok) return found;
  const { digest, version = "" } = found.value ?? {};
  const dir = digest && store.tree(digest);
  if (!digest || !dir) return err(compilerMissing("apt", []));
  return ok({
    digest,
    dir,
    description: `gcc ${upstream(version)} and what it needs, from dpkg`,
    kind: "closure",
  });
}

/** `4:12.2.0-3` → `12.2.0` (deb-version(7)). */
function upstream(version: string): string {
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}

function wantedInBase(path: string): boolean {
  return wantedPath(path) && !path.startsWith("sbin/");
}

/** Names that build scripts call, where the host's choice of alternatives leads outside the base system. */
function addUsualNames(plan: TreePlan): void {
  const usual = { cc: ["gcc"], "c++": ["g++"], awk: ["mawk", "gawk"], sh: ["dash", "bash"] };
  for (const [name, candidates] of Object.entries(usual)) {
    const target = candidates.find((each) => plan.has(`bin/${each}`));
    if (!plan.has(`bin/${name}`) && target !== undefined) plan.set(`bin/${name}`, { type: "link", target });
  }
}

/** Asked of the compiler by `-print-prog-name=`. */
const programs = ["as", "cc1", "cc1plus", "collect2", "ld"];
/** Asked of the compiler by `-print-file-name=`; what another libc calls differently is simply not found. */
const files = ["libc.so.6", "libc.so", "libm.so.6", "libgcc.a", "libgcc_s.so.1", "libstdc++.so.6"];
const startFiles = [
  "crt1.o",
  "Scrt1.o",
  "crti.o",
  "crtn.o",
  "crtbegin.o",
  "crtbeginS.o",
  "crtend.o",
  "crtendS.o",
];

/**
 * The base system where its files cannot be told from the rest of `/usr`: all of `/usr` is shown, and its
 * identity is that of the compiler, the linker and libc.
 */
export async function hostUsrBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const compiler = findCompiler(host.env.PATH ?? "");
  if (compiler === undefined) return err(compilerMissing(packageSystem(host.root, host.platform), ["cc"]));
  const installed = [
    "/var/lib/rpm",
    "/usr/lib/sysimage/rpm",
    "/var/lib/pacman/local",
    "/lib/apk/db/installed",
  ];
  const key = `${compiler} ${stamp([compiler, "/usr/bin/ld", "/etc/ld.so.cache", ...installed])}`;
  const known = store.records.get("base-host-usr", key);
  const digest = known ?? (await identify(compiler, host.env));
  if (!known) store.records.set("base-host-usr", key, digest);
  return ok({ digest, dir: "/usr", description: `the host's /usr, with ${compiler}`, kind: "host-usr" });
}

function findCompiler(path: string): string | undefined {
  for (const directory of path.split(":").filter((each) => each.startsWith("/"))) {
    try {
      accessSync(`${directory}/cc`, constants.X_OK);
      return `${directory}/cc`;
    } catch {}
  }
  return undefined;
}

async function identify(compiler: string, env: BaseHost["env"]): Promise<Digest> {
  const questions = [
    ...programs.map((name) => `-print-prog-name=${name}`),
    ...[...files, ...startFiles].map((name) => `-print-file-name=${name}`),
  ];
  const contents: Record<string, string> = { cc: digestOf(readFileSync(compiler)) };
  for (const question of questions) {
    const { execa } = await import("execa");
    const answer = await execa(compiler, [question], { env: { ...env }, extendEnv: false, reject: false });
    contents[question] = contentOf(answer.stdout);
  }
  return digestOf(canonical(contents));
}

/** The compiler answers with the bare name where it does not know the file; `ld` may be only on `PATH`. */
function contentOf(answer: string): string {
  const path = answer.startsWith("/") ? answer : `/usr/bin/${answer}`;
  try {
    return digestOf(readFileSync(path));
  } catch {
    return "absent";
  }
}

const names: { readonly [system in PackageSystem]?: readonly string[] } = {
  apt: ["gcc", "g++", "libc6-dev", "make"],
  dnf: ["gcc", "gcc-c++", "glibc-devel", "make"],
  pacman: ["base-devel"],
  apk: ["build-base"],
  nixpkgs: ["gcc"],
};

/** `c-compiler-missing`: Rust links with the C compiler, so that nothing can be built without one. */
function compilerMissing(system: PackageSystem | undefined, absent: readonly string[]): Diagnostic {
  const list = system && names[system];
  const mac = system === "brew" ? "xcode-select --install" : "install a C compiler and the headers of libc";
  return diagnostic("c-compiler-missing", "no C compiler is installed, and rustc links with one", {
    notes: absent.length === 0 ? [] : [`missing: ${backticked(absent)}`],
    help: [list ? installCommand(system, list) : mac],
  });
}
