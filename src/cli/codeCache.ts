import { createHash, randomUUID } from "node:crypto";
import { constants as access, accessSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Module } from "node:module";
import { basename, dirname, join } from "node:path";
import { constants, Script } from "node:vm";

/**
 * Loads the bundle's files with the code that V8 made of them in an earlier build. Node's own compile cache holds what
 * loading a file compiles; this one also holds the functions that a build called, which costs a start half of its time
 * otherwise. A file without such code is left to Node.
 *
 * Files are told by their names, which hold a digest of their text. Code of another V8, or for another processor, V8
 * refuses; it does not look for damage itself (v8.dev/blog/code-caching), so each file begins with a digest.
 *
 * @param bundle the directory of the bundle. Others than its owner must not be able to write there.
 * @param keeps whether this process keeps what is missing, once it has ended well
 */
export function cacheCode(bundle: string, keeps: boolean): void {
  // As Node's own, which is of no use where coverage is counted.
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const directory = join(bundle, "compile-cache");
  const missing = new Map<string, Script>();
  const compile: unknown = Reflect.get(Module.prototype, "_compile");
  if (typeof compile !== "function") return;
  const isKept = keeps && isWritable(bundle);
  Reflect.set(
    Module.prototype,
    "_compile",
    function (this: Module, text: string, file: string, ...more: unknown[]) {
      const ours = dirname(file) === bundle;
      const kept = join(directory, `${basename(file)}.code`);
      const cachedData = ours ? codeIn(kept) : undefined;
      if (!ours || !(cachedData || isKept)) return Reflect.apply(compile, this, [text, file, ...more]);
      const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
        filename: file,
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        ...(cachedData && { cachedData }),
      });
      if (!cachedData || script.cachedDataRejected) missing.set(kept, script);
      const load: unknown = script.runInThisContext();
      if (typeof load !== "function") throw new Error(`no module: ${file}`);
      const require = (id: string): unknown => this.require(id);
      return Reflect.apply(load, this.exports, [this.exports, require, this, file, bundle]);
    },
  );
  if (!isKept) return;
  process.on("exit", (status) => {
    // After a while V8 drops what is no longer called, and what long builds need is not what short ones need.
    if (status !== 0 || process.uptime() > 3) return;
    for (const [file, script] of missing) keepCode(file, script);
  });
}

/** Undefined where there is none, or it is damaged. */
function codeIn(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(digestSize);
    return digestOf(code).equals(bytes.subarray(0, digestSize)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Several processes may do so at once. What cannot be written is made again. */
function keepCode(file: string, script: Script): void {
  try {
    const code = script.createCachedData();
    const next = `${file}.${randomUUID()}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(next, Buffer.concat([digestOf(code), code]));
    renameSync(next, file);
  } catch {
    // A full disk, say.
  }
}

const digestSize = 32;

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, access.W_OK);
    return true;
  } catch {
    return false;
  }
}
