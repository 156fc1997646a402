import { readFileSync } from "node:fs";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { NativePackage, PackageSystem } from "../../derivation/model.ts";

const families: Readonly<Record<string, PackageSystem>> = {
  debian: "apt",
  ubuntu: "apt",
  fedora: "dnf",
  rhel: "dnf",
  centos: "dnf",
  arch: "pacman",
  alpine: "apk",
  nixos: "nixpkgs",
};

/**
 * The package manager of the host, from `ID` and `ID_LIKE` in `/etc/os-release` (os-release(5)); Homebrew on
 * macOS; undefined where neither says.
 */
export function packageSystem(root: string, platform: string): PackageSystem | undefined {
  if (platform.startsWith("darwin")) return "brew";
  const text = readOsRelease(root);
  const words = ["ID", "ID_LIKE"].flatMap((field) => {
    const value = new RegExp(`^${field}=["']?([^"'\n]*)`, "m").exec(text)?.[1] ?? "";
    return value.split(" ");
  });
  return words.map((word) => families[word]).find((system) => system !== undefined);
}

/** What the host is called, with its version: `Debian 12`. Undefined where `/etc/os-release` names it not. */
export function distribution(root: string): string | undefined {
  const text = readOsRelease(root);
  const [name, version] = ["NAME", "VERSION_ID"].map(
    (field) => new RegExp(`^${field}=["']?([\\x20-\\x7e]*?)["']?$`, "m").exec(text)?.[1],
  );
  return name && [name.replace(/ GNU\/Linux$/, ""), version ?? []].flat().join(" ");
}

/** The command that installs packages, for showing to a person. */
export function installCommand(system: PackageSystem, names: readonly string[]): string {
  const list = names.join(" ");
  switch (system) {
    case "apt":
      return `sudo apt-get install ${list}`;
    case "dnf":
      return `sudo dnf install ${list}`;
    case "pacman":
      return `sudo pacman -S ${list}`;
    case "apk":
      return `sudo apk add ${list}`;
    case "brew":
      return `brew install ${list}`;
    case "nixpkgs":
      return `nix-shell -p ${list}`;
  }
}

function readOsRelease(root: string): string {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return readFileSync(root + path, "utf8");
    } catch {}
  }
  return "";
}

/**
 * How to install a package on this machine: the command where its package manager is known, else a sentence.
 *
 * @param root put before the host's paths; empty, but for tests
 */
export function installAdvice(names: NativePackage["names"], program: string, root = ""): string {
  const system = packageSystem(root, process.platform);
  const known = system && names[system];
  return known ? installCommand(system, known) : `install the package that has \`${program}\``;
}

/** `c-compiler-missing`: Rust links with the C compiler, so that nothing can be built without one. */
export function compilerMissing(system: PackageSystem | undefined, absent: readonly string[]): Diagnostic {
  const list = system && compilerPackages[system];
  const mac = system === "brew" ? "xcode-select --install" : "install a C compiler and the headers of libc";
  return diagnostic("c-compiler-missing", "no C compiler is installed, and rustc links with one", {
    notes: absent.length === 0 ? [] : [`missing: ${backticked(absent)}`],
    help: [list ? installCommand(system, list) : mac],
  });
}

/** What brings a compiler and the headers of libc, without which nothing can be linked; on macOS it is no package. */
export const compilerPackages: { readonly [system in PackageSystem]?: readonly string[] } = {
  apt: ["gcc", "g++", "libc6-dev", "make"],
  dnf: ["gcc", "gcc-c++", "glibc-devel", "make"],
  pacman: ["base-devel"],
  apk: ["build-base"],
  nixpkgs: ["gcc"],
};
