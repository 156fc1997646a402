import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { digestOf } from "../base/digest.ts";
import { err, type Result } from "../base/result.ts";
import type { Project, ProjectContext } from "../crane/project.ts";
import { configurationFailure } from "./configurationFailure.ts";
import { configurationShape, noDefaultExport } from "./configurationShape.ts";

type Configuration = {
  /** `gantry.config.ts`, absolute. */
  readonly file: string;
  /** The project's root, to show the file relative to. */
  readonly root: string;
  /** The module that `import … from "gantry"` means: that of the running installation. */
  readonly gantry: string;
  /** JavaScript by the digest of the TypeScript that it was, since stripping types takes 40 ms. */
  readonly stripped: Memory;
};

type Memory = { get(key: string): string | undefined; set(key: string, value: string): void };

/**
 * Runs a project's `gantry.config.ts`. Node strips its types and does not check them; what matters of them is
 * checked when its functions are called.
 *
 * Errors: `configuration-syntax`, `configuration-import`, `configuration-threw`, `configuration-shape`, and
 * those of the functions that it calls, with the place of the call.
 */
export async function loadConfiguration(
  configuration: Configuration,
  context: ProjectContext,
): Promise<Result<Project>> {
  const hooks = registerHooks({
    resolve: (specifier, where, next) =>
      specifier === "gantry"
        ? { url: pathToFileURL(configuration.gantry).href, shortCircuit: true }
        : next(specifier, where),
    load: (url, where, next) =>
      /^file:.*\.m?ts(\?|$)/.test(url)
        ? { format: "module", source: strippedOf(url, configuration.stripped), shortCircuit: true }
        : next(url, where),
  });
  try {
    const url = `${pathToFileURL(configuration.file).href}?read=${process.hrtime.bigint()}`;
    const module: { default?: unknown } = await import(url);
    const define = module.default;
    if (typeof define !== "function") return err(noDefaultExport(shown(configuration)));
    return configurationShape(shown(configuration), await define(context));
  } catch (thrown) {
    const { file } = configuration;
    const text = readFileSync(file, "utf8");
    return err(configurationFailure({ file, shown: shown(configuration), text }, thrown));
  } finally {
    hooks.deregister();
  }
}

/** Types become spaces, so lines and columns stay what they were. */
function strippedOf(url: string, stripped: Memory): string {
  const text = readFileSync(new URL(url), "utf8");
  const key = `${process.version} ${digestOf(text)}`;
  const known = stripped.get(key);
  if (known !== undefined) return known;
  const script = withoutTypes(text, fileURLToPath(url));
  stripped.set(key, script);
  return script;
}

/**
 * The name goes into the stack of a syntax error. In the script it would be a comment that differs from path
 * to path.
 */
function withoutTypes(text: string, file: string): string {
  try {
    return stripTypeScriptTypes(text);
  } catch {
    return stripTypeScriptTypes(text, { sourceUrl: file });
  }
}

function shown({ root, file }: Configuration): string {
  return relative(root, file);
}
