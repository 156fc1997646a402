import type { Reader } from "../reader.ts";
import { byways } from "./byways.ts";
import { compilers } from "./compilers.ts";
import { linkers } from "./linkers.ts";
import { macros } from "./macros.ts";
import { publishedGenerators } from "./publishedGenerators.ts";
import { publishedMacros } from "./publishedMacros.ts";
import { publishedScripts } from "./publishedScripts.ts";
import { scripts } from "./scripts.ts";
import { writers } from "./writers.ts";

/** Every row, in the order of the table. */
export function allReaders(): readonly Reader[] {
  return [
    ...macros,
    ...scripts,
    ...linkers,
    ...compilers,
    ...writers,
    ...byways,
    ...publishedMacros,
    ...publishedScripts,
    ...publishedGenerators,
  ];
}
