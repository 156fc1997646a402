import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isRecord } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Tool } from "../../derivation/model.ts";
import { isFile } from "../../tree/files.ts";
import { cargoHome } from "../userCargoConfig.ts";
import type { HostTree } from "./hostTree.ts";
import { onPath } from "./onPath.ts";
import type { NativeContext } from "./provider.ts";

/**
 * The programs of a crate that `cargo install` installed in just this version, from a registry and with the same features,
 * as a tree with the libraries that they load. Undefined: there are none.
 *
 * What is installed, Cargo writes into `.crates2.json` (Cargo 1.95). Its content is what counts for keys.
 *
 * Errors: those of `onPath`.
 */
export async function installedTool(
  { crate, version, features = [] }: Tool & { readonly version: string },
  context: NativeContext,
): Promise<Result<HostTree | undefined>> {
  const home = cargoHome(context.env, context.directory);
  const root = context.env.CARGO_INSTALL_ROOT ? resolve(context.env.CARGO_INSTALL_ROOT) : home;
  const bins = installedPrograms(`${root}/.crates2.json`, { crate, version, features });
  if (bins.length === 0 || !bins.every((name) => isFile(`${root}/bin/${name}`))) return ok(undefined);
  const provided = await onPath.provide(
    { type: "native", name: crate, bins, pkgConfig: [], names: {} },
    { ...context, env: { ...context.env, PATH: `${root}/bin` } },
  );
  if (!provided.ok) return provided;
  return provided.value ? provided.value.tree() : ok(undefined);
}

function installedPrograms(
  file: string,
  {
    crate,
    version,
    features,
  }: { readonly crate: string; readonly version: string; readonly features: readonly string[] },
): string[] {
  if (!existsSync(file)) return [];
  const parsed: unknown = parsedJson(readFileSync(file, "utf8"));
  const installs = isRecord(parsed) && isRecord(parsed.installs) ? parsed.installs : {};
  const found = Object.entries(installs).find(([name]) =>
    new RegExp(`^${crate} ${version.replace(/[.+]/g, "\\$&")} \\((?:registry|sparse)\\+`).test(name),
  )?.[1];
  if (!isRecord(found) || found.no_default_features === true || found.all_features === true) return [];
  if (found.profile !== "release" || [texts(found.features)].join() !== [...features].sort().join())
    return [];
  return texts(found.bins);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string").sort() : [];
}
