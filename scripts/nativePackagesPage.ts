import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { byCodeUnit } from "../src/base/digest.ts";
import { packageSystems } from "../src/crane/pkgs/package.ts";
import { pkgs } from "../src/crane/pkgs/pkgs.ts";
import { isOptional, neededBy, type Recognition, recognised } from "../src/crane/pkgs/recognise.ts";
import type { NativePackage } from "../src/derivation/model.ts";
import { markdownTable } from "./markdownTable.ts";

/** The two tables of `docs/native-packages.md`, by the names that its markers give them. */
export const nativeTables: Readonly<Record<string, () => string>> = {
  packages: () =>
    markdownTable(
      ["`pkgs.`", "programs", "pkg-config", ...packageSystems],
      Object.entries(pkgs)
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([key, each]) => packageRow(key, each)),
    ),
  recognised: () =>
    markdownTable(
      ["crate", "needs", "unless the lock has"],
      [...recognised]
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([crate, rule]) => recognitionRow(crate, rule)),
    ),
};

/** The page with the table between each pair of markers made anew; the rest of it stays. */
export function withNativeTables(page: string): string {
  return page.replace(
    /(<!-- begin (\w+) -->\n)[\s\S]*?(<!-- end \2 -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${nativeTables[name]?.() ?? ""}\n\n${end}`,
  );
}

function packageRow(key: string, { bins, pkgConfig, names }: NativePackage): string[] {
  return [
    `\`${key}\``,
    code(bins),
    code(pkgConfig),
    ...packageSystems.map((system) => code(names[system] ?? [])),
  ];
}

function recognitionRow(crate: string, rule: Recognition): string[] {
  const wanted = neededBy(rule).join(", ");
  return [`\`${crate}\``, isOptional(rule) ? `${wanted}, if installed` : wanted, code(rule.unless ?? [])];
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(" ");
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "../docs/native-packages.md");
  await writeFile(file, withNativeTables(await readFile(file, "utf8")));
}
