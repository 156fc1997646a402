import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { Store } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";
import { type Component, componentName } from "./chooseComponents.ts";
import { download } from "./download.ts";
import { recordsPath, unpackComponent } from "./unpackComponent.ts";

type Fetching = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  readonly signal: AbortSignal;
  /** Told how many bytes of the archive there are, and how many there will be, where that is known. */
  readonly onProgress: (done: number, total: number | undefined) => void;
  /** Installed toolchains of the same release, which may have it. */
  readonly installed: readonly string[];
};

/** The tree of a component that the store has; undefined: it has not. */
export function componentOnRecord({ sha256 }: Component, store: Store): Digest | undefined {
  return store.records.get("component", sha256);
}

/**
 * The tree of a component, with the list of its files, as a release has it: from the store, else from an installed
 * toolchain of that release, else from the distribution server.
 *
 * Errors: those of `download` and `unpackComponent`; `toolchain-offline`.
 */
export async function componentTree(component: Component, context: Fetching): Promise<Result<Digest>> {
  const { store, signal } = context;
  await using _alone = await store.exclusive(`component ${component.sha256}`, signal);
  const known = componentOnRecord(component, store);
  if (known !== undefined) return ok(known);
  await using scratch = await store.tempDir("component");
  const into = `${scratch.path}/component`;
  mkdirSync(into);
  const made = adopt(component, context.installed, into)
    ? ok()
    : await fetchInto(component, into, { ...context, scratch: scratch.path });
  if (!made.ok) return made;
  const tree = await store.addTree(into);
  store.records.set("component", component.sha256, tree);
  return ok(tree);
}

async function fetchInto(
  component: Component,
  into: string,
  { store, env, offline, signal, onProgress, scratch }: Fetching & { readonly scratch: string },
): Promise<Result<void>> {
  const { url, sha256 } = component;
  const name = componentName(component);
  if (offline)
    return err(
      diagnostic(
        "toolchain-offline",
        `\`${redact(url)}\` was not downloaded yet, and \`--offline\` was given`,
        {
          help: ["run once without --offline"],
        },
      ),
    );
  const archive = `${store.root}/downloads/${sha256}`;
  const fetched = await download({ url, sha256, to: archive, env, signal, onProgress });
  if (!fetched.ok) return fetched;
  const unpacking = `${scratch}/unpacking`;
  mkdirSync(unpacking);
  const unpacked = await unpackComponent(archive, { name, into, scratch: unpacking, signal });
  if (unpacked.ok) rmSync(archive, { force: true });
  return unpacked;
}

/**
 * Copies a component from an installed toolchain that lists its files. False: none has it, or a file is not there.
 */
function adopt(component: Component, installed: readonly string[], into: string): boolean {
  const name = `${recordsPath}/manifest-${componentName(component)}`;
  const directory = installed.find((each) => existsSync(`${each}/${name}`));
  if (directory === undefined) return false;
  const lines = readFileSync(`${directory}/${name}`, "utf8").split("\n");
  const listed = lines.flatMap((line) => /^(?:file|dir):(.+)$/.exec(line)?.[1] ?? []);
  for (const path of [...listed, name]) if (!copy(`${directory}/${path}`, `${into}/${path}`)) return false;
  return true;
}

/** Puts all that lies in a tree into a directory that is to be one, as links to its files where the system allows it. */
export function linkTree(from: string, to: string): void {
  for (const { path, type } of walk(from)) {
    const [source, place] = [`${from}/${path}`, `${to}/${path}`];
    if (type === "directory") mkdirSync(place, { recursive: true });
    else if (type !== "file" || !link(source, place)) copy(source, place);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    // A file has as many links as it may have.
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EMLINK") return false;
    throw thrown;
  }
}

function copy(from: string, to: string): boolean {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (!stat) return false;
  if (stat.isDirectory()) {
    mkdirSync(to, { recursive: true });
    return [...walk(from)].every(({ path }) => copy(`${from}/${path}`, `${to}/${path}`));
  }
  mkdirSync(dirname(to), { recursive: true });
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else copyFileSync(from, to, constants.COPYFILE_FICLONE);
  return true;
}
