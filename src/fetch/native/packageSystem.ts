import { readFileSync } from "node:fs";
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
  if (platform.startsWith("darwin-")) return "brew";
  const text = readOsRelease(root);
  const words = ["ID", "ID_LIKE"].flatMap((field) => {
    const value = new RegExp(`^${field}=["']?([^"'\n]*)`, "m").exec(text)?.[1] ?? "";
    return value.split(" ");
  });
  return words.map((word) => families[word]).find((system) => system !== undefined);
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
  const system = packageSystem(root, hostPlatform());
  const known = system && names[system];
  return known ? installCommand(system, known) : `install the package that has \`${program}\``;
}

const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** This machine, in the words of `CrateBinary.platform`: `linux-x86_64`. */
export function hostPlatform(): string {
  return `${process.platform}-${architectures[process.arch] ?? process.arch}`;
}
