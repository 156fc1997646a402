import { backticked } from "../../base/backticked.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { PackageSystem } from "../../derivation/nativePackage.ts";
import { installCommand } from "./packageSystem.ts";

const names: { readonly [system in PackageSystem]?: readonly string[] } = {
  apt: ["gcc", "g++", "libc6-dev", "make"],
  dnf: ["gcc", "gcc-c++", "glibc-devel", "make"],
  pacman: ["base-devel"],
  apk: ["build-base"],
  nixpkgs: ["gcc"],
};

/** `c-compiler-missing`: Rust links with the C compiler, so that nothing can be built without one. */
export function compilerMissing(system: PackageSystem | undefined, absent: readonly string[]): Diagnostic {
  const list = system && names[system];
  const mac = system === "brew" ? "xcode-select --install" : "install a C compiler and the headers of libc";
  return diagnostic("c-compiler-missing", "no C compiler is installed, and rustc links with one", {
    notes: absent.length === 0 ? [] : [`missing: ${backticked(absent)}`],
    help: [list ? installCommand(system, list) : mac],
  });
}
