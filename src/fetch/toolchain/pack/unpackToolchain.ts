import { readFileSync, statSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../../base/diagnostic.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Store } from "../../../store/store.ts";
import { entriesOf, walk } from "../../../tree/walk.ts";
import { stopped } from "../../progress.ts";
import { keepManifest, parseChannelManifest } from "../channelManifest.ts";
import { type Component, componentName } from "../chooseComponents.ts";
import { adoptComponent } from "../componentTree.ts";
import { extractArchive } from "../extractArchive.ts";
import { hostTriple } from "../findToolchain.ts";
import { releaseFile } from "../installedToolchain.ts";
import { recordsPath } from "../unpackComponent.ts";
import { knownAs } from "./packToolchain.ts";

/** A toolchain that the store has all components of, and what these are called. */
export type Unpacked = { readonly channel: string; readonly components: readonly string[] };

type Unpacking = { readonly store: Store; readonly signal: AbortSignal };

/**
 * Takes the components of packed toolchains into the store, and the manifests of their releases, so that a build that
 * `gantry.lock` pins to these downloads nothing.
 *
 * Errors: `pack-malformed`, `pack-foreign`, `xz-missing`, `interrupted`. What was taken by then stays, and is of use.
 */
export async function unpackToolchains(
  archive: string,
  { store, signal }: Unpacking,
): Promise<Result<readonly Unpacked[]>> {
  await using scratch = await store.tempDir("unpack");
  const into = { name: `\`${archive}\``, into: scratch.path, strip: 0, signal };
  const extracted = await extractArchive(archive, into);
  if (!extracted.ok)
    return err(typeof extracted.error === "string" ? malformed(archive, extracted.error) : extracted.error);
  const names = entriesOf(scratch.path).map(({ name }) => name);
  if (names.length === 0) return err(malformed(archive, "there is nothing in it"));
  if ([...walk(scratch.path)].some(({ type }) => type !== "file" && type !== "directory"))
    return err(malformed(archive, "it has links, which no packed toolchain has"));
  const unpacked: Unpacked[] = [];
  for (const name of names) {
    const taken = await take(`${scratch.path}/${name}`, archive, { store, signal });
    if (!taken.ok) return taken;
    unpacked.push({ channel: name.replace(`-${hostTriple()}`, ""), components: taken.value });
  }
  return ok(unpacked);
}

async function take(
  directory: string,
  archive: string,
  { store, signal }: Unpacking,
): Promise<Result<readonly string[]>> {
  const name = directory.slice(directory.lastIndexOf("/") + 1);
  const list = `${directory}/${recordsPath}/components`;
  if (![list, releaseFile(directory)].every((path) => statSync(path, { throwIfNoEntry: false })?.isFile()))
    return err(malformed(archive, `\`${name}\` in it is no packed toolchain`));
  if (!name.endsWith(`-${hostTriple()}`)) return err(foreign(archive, name));
  const text = readFileSync(releaseFile(directory), "utf8");
  const manifest = parseChannelManifest(releaseFile(name), text);
  if (!manifest.ok) return manifest;
  const known = new Map<string, Component>();
  for (const [of, { version, archives }] of manifest.value.packages)
    for (const [target, at] of archives) {
      const part = { name: of, target };
      if (at) known.set(componentName(part), { ...part, ...at, version });
    }
  const names = readFileSync(list, "utf8").trim().split("\n");
  for (const each of names) {
    if (signal.aborted) return err(stopped());
    const component = known.get(each);
    if (!component) return err(malformed(archive, `\`${each}\` of \`${name}\` is in no such release`));
    const adopted = await adoptComponent(component, directory, { store, signal });
    if (adopted.ok) continue;
    const { code, message, causes } = adopted.error;
    return code === "interrupted" ? adopted : err(malformed(archive, [message, ...causes].join(": ")));
  }
  await keepManifest(text, store);
  return ok(names.map(knownAs));
}

function malformed(archive: string, cause: string): Diagnostic {
  return diagnostic("pack-malformed", `\`${archive}\` is no archive that \`gantry store pack\` made`, {
    causes: [cause],
    help: ["pack it anew: gantry store pack --output FILE"],
  });
}

function foreign(archive: string, name: string): Diagnostic {
  return diagnostic("pack-foreign", `\`${archive}\` has a toolchain for another machine`, {
    notes: [`\`${name}\` does not run on \`${hostTriple()}\``],
    help: ["let the name of the archive, or the key of the cache, say which machine it is for"],
  });
}
