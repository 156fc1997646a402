import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheCode } from "./codeCache.ts";

// Beside the bundle and not in the shared temporary directory, where somebody else could plant code. It may
// be read-only: then nothing is written.
enableCompileCache(join(import.meta.dirname, "compile-cache"));
cacheCode(import.meta.dirname, process.argv.slice(2).find((word) => !word.startsWith("-")) === "build");

void import("./runProcess.ts").then(({ runProcess }) => runProcess());
