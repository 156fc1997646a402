import { configurationText } from "./configurationText.ts";

/**
 * Helps that say how to declare something, in the names that the project's own configuration uses; where it has
 * none, the file to write.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 * @param text of `gantry.config.ts`
 */
export function inConfiguration(declarations: readonly string[], text: string | undefined): string[] {
  if (declarations.length === 0) return [];
  if (text === undefined) {
    const own = declarations.filter((line) => !line.startsWith("src: "));
    return [`write \`gantry.config.ts\` beside \`Cargo.toml\`:\n${configurationText(own)}`];
  }
  const mentions = (name: string) => new RegExp(`\\b${name}\\b`).test(text);
  const lines = declarations.map((line) => (mentions("lib") ? line : line.replace(/\blib\./g, "crane.")));
  const needs = (name: string) =>
    lines.some((line) => new RegExp(`\\b${name}\\b[.(]`).test(line)) && !mentions(name);
  const names = ["fileset", "pkgs"].filter(needs);
  return [
    ...lines.map((line) => `in \`gantry.config.ts\`: ${line}`),
    ...(names.length > 0
      ? [`and take what it names: defineProject(({ crane, ${names.join(", ")} }) => …)`]
      : []),
    ...(needs("pkg") ? ['and import it: import { defineProject, pkg } from "gantry"'] : []),
  ];
}
