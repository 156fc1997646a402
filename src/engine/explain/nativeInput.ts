import { pkgs } from "../../crane/pkgs/pkgs.ts";
import type { NativePackage } from "../../derivation/nativePackage.ts";
import { headers } from "./headers.ts";
import { libraries } from "./libraries.ts";

type Name = keyof typeof pkgs;

const table: readonly NativePackage[] = Object.values(pkgs);

/** A native package as one writes it in a configuration. */
export function nativeInput(wanted: Pick<NativePackage, "name">): string {
  return Object.hasOwn(pkgs, wanted.name) ? `pkgs.${wanted.name}` : `pkg({ name: "${wanted.name}", … })`;
}

/** What brings a program; for one that the table lacks, how to describe it. */
export function inputForProgram(bin: string): string {
  const found = table.find((each) => each.bins.includes(bin));
  return found ? nativeInput(found) : `pkg({ name: "${bin}", bins: ["${bin}"], names: { apt: "…" } })`;
}

/** What brings a `.pc` file, and `pkg-config`, without which nobody finds it. */
export function inputsForPkgConfig(module: string): string[] {
  const found = table.find((each) => each.pkgConfig.includes(module));
  const library = found
    ? nativeInput(found)
    : `pkg({ name: "${module}", pkgConfig: ["${module}"], names: { apt: "…" } })`;
  return [library, "pkgs.pkgConfig"];
}

/** What brings `lib<name>.so` or `lib<name>.a`. */
export function inputForLibrary(name: string): string {
  const known: Name | undefined = Object.hasOwn(libraries, name) ? libraries[name] : undefined;
  const found = table.find((each) => each.pkgConfig.includes(name) || each.pkgConfig.includes(`lib${name}`));
  if (known ?? found) return nativeInput({ name: known ?? found?.name ?? name });
  return `pkg({ name: "${name}", names: { apt: "…" } })`;
}

/** What brings a header, given as the code includes it. */
export function inputForHeader(path: string): string {
  const [first = path] = path.split("/");
  const known = Object.entries(headers).find(
    ([, names]) => names.includes(path) || names.includes(`${first}/`),
  );
  const name = path.replace(/\.\w+$/, "").replaceAll("/", "-");
  return known ? `pkgs.${known[0]}` : `pkg({ name: "${name}", names: { apt: "…" } })`;
}
