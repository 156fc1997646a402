import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where the types of `"gantry"` lie, relative to the configuration. */
export const typesFile = ".gantry/gantry.d.ts";

/** The line of a configuration by which an editor finds them. */
export const typesReference = `/// <reference path="${typesFile}" />`;

/**
 * The types of `"gantry"` as an editor takes them from `/// <reference path>`, without any `package.json` or
 * `tsconfig.json`: one module that the file itself declares.
 */
export function editorTypes(): string {
  return asAmbient(readFileSync(ownTypes(), "utf8"));
}

function ownTypes(): string {
  return join(createRequire(import.meta.url).resolve("#gantry"), "../gantry.d.ts");
}

/**
 * Writes the types of a configuration that refers to them where they are missing, as in a new clone, or older than this
 * Gantry. Only editors want them: where they cannot be written, there are none.
 *
 * @param configuration absolute
 */
export function renewEditorTypes(configuration: string): void {
  const file = join(dirname(configuration), typesFile);
  try {
    const known = statSync(file, { throwIfNoEntry: false });
    if (known && known.mtimeMs >= statSync(ownTypes()).mtimeMs) return;
    if (!readFileSync(configuration, "utf8").includes(typesReference)) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, editorTypes());
  } catch {
    // A read-only checkout, say.
  }
}

/** @param text declarations of a module that imports nothing */
function asAmbient(text: string): string {
  const body = text
    .replace(/^\/\/#(?:end)?region.*\n/gm, "")
    // Everything in a declared module is declared.
    .replace(/^(export )?declare /gm, (_, exported: string | undefined) => exported ?? "")
    // Each comment on lines of its own, above what it is about: otherwise an editor does not show it.
    .replace(/^( *)(\S.*[;{]) (\/\*\* .* \*\/)$/gm, "$1$2\n$1$3")
    .replace(/^( *)(\/\*\* .*? \*\/)(?=\S)/gm, "$1$2\n$1")
    .replace(/^(?=.)/gm, "  ");
  return `// Written by \`gantry init\`, for editors: what \`gantry.config.ts\` imports. Git need not know it.
declare module "gantry" {
${body}}
`;
}
