import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Beside the bundle and not in the shared temporary directory, where somebody else could plant code. It may
// be read-only: then nothing is written.
enableCompileCache(join(import.meta.dirname, "compile-cache"));

const { runProcess } = await import("./runProcess.ts");
await runProcess();
