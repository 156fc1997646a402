import { existsSync, readFileSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { upward } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Channel, strangeTo } from "../../cargo/config/channel.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Bring, Store, TreeFile } from "../../store/store.ts";
import { pinIn, type ToolchainPin } from "../gantryLock.ts";
import { stopped } from "../progress.ts";
import { type ChannelManifest, contradiction, namesOf } from "./channelManifest.ts";
import {
  type Component,
  chooseComponents,
  componentName,
  isIncomplete,
  type WantedParts,
} from "./chooseComponents.ts";
import { bringComponents, componentTree, filesOfTree, type Work } from "./componentTree.ts";
import { type Release, releaseIn, releaseOf } from "./distribution.ts";
import { hostTriple } from "./findToolchain.ts";
import { installedRelease } from "./installedToolchain.ts";
import { lastComplete, withNearReleases } from "./nearReleases.ts";
import { type Absent, composedKey, composedOnRecord, wantedParts } from "./placeToolchain.ts";
import { recordsPath } from "./unpackComponent.ts";

/** What providing a toolchain needs. */
export type Providing = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  /** `gantry.lock` is left as it is. */
  readonly frozen: boolean;
  /** The path of the project's `gantry.lock`; absent: nothing is pinned. */
  readonly lockFile?: string;
  readonly signal: AbortSignal;
  /** Told how far reading a toolchain, or bringing a component of one, is, in bytes; its name. In days: how far looking for a release. */
  readonly onProgress: (what: "hash" | "search" | Work, name: string, done: number, total: number) => void;
  readonly note: (text: string) => void;
  /** Asked before anything is downloaded. Default: no other machine is. */
  readonly bring?: Bring | undefined;
  /** Only what is asked for, whatever rustup has. Default: with what makes it equal to rustup's by content. */
  readonly isExact?: true;
};

/** A toolchain of the store, and the checksum of the manifest of its release. */
type Composed = { readonly tree: Digest; readonly manifest: string };

/**
 * The tree of a toolchain, put together of the components of a release.
 *
 * Errors: those of `releaseOf`, `chooseComponents` and `componentTree`; `lock-frozen`; `toolchain-unpinned`;
 * `gantry-lock-invalid`; `interrupted`; where no server can be
 * asked, what is missing.
 */
export async function composeToolchain(
  request: ToolchainRequest,
  { channel, pin, missing, installed, isDefault }: Absent,
  context: Providing,
): Promise<Result<Composed>> {
  const wanted = wantedParts(request);
  const release =
    isDefault && installed !== undefined
      ? releaseIn(installed, context.env)
      : await releaseFor(channel, pin, { ...context, wanted });
  if (!release.ok) {
    const isPinless = release.error.code === "toolchain-offline" && request.isPinned && !pin;
    return err(isPinless ? unpinned(channel, "--offline") : orByRustup(release.error, missing));
  }
  const { manifest, sha256 } = release.value;
  const wrong = isDefault ? undefined : wrongRelease(channel, { pin, manifest, lockFile: context.lockFile });
  if (wrong) return err(wrong);
  const choose = (parts: WantedParts) =>
    chooseComponents(manifest, hostTriple(), { channel: channel.name, wanted: parts });
  const asked = choose(wanted);
  if (!asked.ok) return err(await explained(asked.error, channel, { manifest, wanted, context }));
  const lockFile = isDefault ? undefined : context.lockFile;
  if (!pin && lockFile !== undefined && context.frozen) return err(unpinned(channel, "--frozen"));
  const compiler = compilerOf(asked.value);
  const isSame = installed !== undefined && installedRelease(installed) === compiler;
  // What runs on this machine shall be the same by content as without more platforms, and so have the same key.
  const components =
    isSame && !context.isExact
      ? choose({ ...wanted, components: [...wanted.components, ...partsBeside(installed)] })
      : asked;
  if (!components.ok) return components;
  const tree = await composed(components.value, {
    ...context,
    name: shownRelease(channel, manifest.date, compiler),
    installed: isSame ? installed : undefined,
  });
  // What the server said of a component is more exact than that it is missing.
  if (!tree.ok) return tree.error.code === "toolchain-offline" ? err(orByRustup(tree.error, missing)) : tree;
  const made = { tree: tree.value, components: components.value.map((each) => each.sha256) };
  if (!context.isExact) context.store.records.set("component-toolchain", composedKey(sha256, request), made);
  if (!pin && lockFile !== undefined) {
    const found: ToolchainPin = { date: manifest.date, release: compiler, manifest: sha256 };
    const written = await pinned(channel, found, { ...context, lockFile });
    if (!written.ok) return written;
  }
  return ok({ tree: tree.value, manifest: sha256 });
}

/** What a server has for a channel must be of it, and all that `gantry.lock` says of it must be so. */
function wrongRelease(
  channel: Channel,
  {
    pin,
    manifest,
    lockFile = "",
  }: {
    readonly pin: ToolchainPin | undefined;
    readonly manifest: ChannelManifest;
    readonly lockFile: string | undefined;
  },
): Diagnostic | undefined {
  const known = namesOf(manifest);
  if (pin) return contradiction(channel.name, pin, { known, lockFile });
  const strange = strangeTo(channel, known);
  if (!strange) return undefined;
  return diagnostic("manifest-unusable", `the server has another release for \`${channel.name}\``, {
    notes: [`its manifest is that of ${known.release}, of ${known.date}`],
    help: ["`RUSTUP_DIST_SERVER` names another server"],
  });
}

/**
 * The release that a channel means. Of a `nightly` that is not pinned, it is the last that has all that is wanted, as for
 * rustup.
 */
async function releaseFor(
  channel: Channel,
  pin: ToolchainPin | undefined,
  context: Providing & { readonly wanted: WantedParts },
): Promise<Result<Release>> {
  const release = await releaseOf(channel, pin, context);
  if (!release.ok && release.error.code === "toolchain-missing" && !context.offline)
    return err(await withNearReleases(release.error, channel, context));
  const isFree = channel.name === "nightly" && !pin;
  if (!release.ok || !isFree || !isIncomplete(release.value.manifest, hostTriple(), context.wanted))
    return release;
  const { date } = release.value.manifest;
  const earlier = await lastComplete(channel, date, { ...context, onDay: onDay(context) });
  if (!earlier) return release;
  context.note(`the nightly of ${date} lacks something that is asked for: taking ${earlier.channel.name}`);
  return ok(earlier.release);
}

/** What a release lacks, with the last one that had it. */
async function explained(
  problem: Diagnostic,
  channel: Channel,
  {
    manifest,
    wanted,
    context,
  }: { readonly manifest: ChannelManifest; readonly wanted: WantedParts; readonly context: Providing },
): Promise<Diagnostic> {
  if (!isIncomplete(manifest, hostTriple(), wanted)) return problem;
  const asking = { ...context, wanted, onDay: onDay(context) };
  const earlier = await lastComplete(channel, channel.date ?? manifest.date, asking);
  if (!earlier) return problem;
  const found = `the last ${channel.track} before it that has all that is asked for is ${earlier.channel.name}`;
  return { ...problem, notes: [...problem.notes, found] };
}

function onDay({ onProgress }: Providing) {
  return (what: string, done: number, total: number) => onProgress("search", what, done, total);
}

/** The components of an installed toolchain that a build can see, in a release's words, beside other platforms' libraries. */
function partsBeside(directory: string): readonly string[] {
  const file = `${directory}/${recordsPath}/components`;
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((name) => name !== "" && !/^rust-(?:std|docs|src|analysis|analyzer)/.test(name));
}

function compilerOf(components: readonly Component[]): string {
  return components.find(({ name }) => name === "rustc")?.version ?? "";
}

/** What a channel's name means here: `stable (1.95.0)`, `nightly (2026-05-15)`. */
function shownRelease({ name, isFixed, track }: Channel, date: string, compiler: string): string {
  if (isFixed) return name;
  return `${name} (${track === "nightly" ? date : compiler.replace(/ .*/, "")})`;
}

/** The toolchain that components make up, as a tree of the store. */
async function composed(
  components: readonly Component[],
  context: Providing & { readonly name: string; readonly installed: string | undefined },
): Promise<Result<Digest>> {
  const { store, name, installed, signal, onProgress, bring } = context;
  const key = digestOf(canonical(components.map(({ sha256 }) => sha256)));
  const known = composedOnRecord(key, store);
  if (known !== undefined) return ok(known);
  await bringComponents(components, store, { installed, bring });
  const files = new Map<string, TreeFile>();
  const origins = new Map<string, string | Uint8Array>();
  const whole = `toolchain ${name}`;
  using _shown = {
    [Symbol.dispose]: () => onProgress("install", whole, components.length, components.length),
  };
  for (const [done, component] of components.entries()) {
    onProgress("install", whole, done, components.length);
    const tree = await componentTree(component, { ...context, channel: name });
    if (!tree.ok) return tree;
    const directory = store.pathOf(tree.value);
    for (const file of await filesOfTree(directory)) {
      files.set(file.path, file);
      origins.set(file.path, `${directory}/${file.path}`);
    }
  }
  const records = {
    components: components.map((each) => `${componentName(each)}\n`).join(""),
    "rust-installer-version": "3",
  };
  for (const [own, text] of Object.entries(records)) {
    const path = `${recordsPath}/${own}`;
    files.set(path, { path, type: "file", digest: digestOf(text), executable: false });
    origins.set(path, Buffer.from(text));
  }
  if (signal.aborted) return err(stopped());
  const clash = [...files.keys()].flatMap((path) => upward(path).slice(1)).find((path) => files.has(path));
  if (clash !== undefined) return err(clashing(name, clash));
  const tree = await store.compose([...files.values()], ({ path }) => origins.get(path) ?? "");
  if (!tree.ok) return tree;
  store.records.set("component-toolchain", key, {
    tree: tree.value,
    components: components.map(({ sha256 }) => sha256),
  });
  return tree;
}

function clashing(name: string, path: string): Diagnostic {
  return diagnostic("component-malformed", `the components of toolchain \`${name}\` do not fit together`, {
    notes: [`\`${path}\` is a file of one, and a directory of another`],
  });
}

/** Writes into `gantry.lock` which release a channel means. */
async function pinned(
  channel: Channel,
  pin: ToolchainPin,
  { store, signal, lockFile, note, onProgress }: Providing & { readonly lockFile: string },
): Promise<Result<void>> {
  // What another process pins at the same time stays, too.
  await using _alone = await store.exclusive(`lock ${lockFile}`, signal, (isOver) =>
    onProgress("wait", "a pin of `gantry.lock`", isOver ? 1 : 0, 1),
  );
  const written = pinIn(lockFile, "toolchain", { name: channel.name, pin });
  if (!written.ok) return written;
  note(
    `\`gantry.lock\` pins \`${channel.name}\` to ${pin.release.replace(/ \(.*/, "")} of ${pin.date}: commit it`,
  );
  return ok();
}

function unpinned({ name }: Channel, option: "--frozen" | "--offline"): Diagnostic {
  const code = option === "--frozen" ? "lock-frozen" : "toolchain-unpinned";
  return diagnostic(code, `\`gantry.lock\` does not pin \`${name}\`, and \`${option}\` was given`, {
    help: [`run once without ${option}, and commit \`gantry.lock\``],
  });
}

/** Where no server can be asked, what is missing here is told, and how rustup installs it. */
function orByRustup(problem: Diagnostic, missing: Diagnostic | undefined): Diagnostic {
  const isUnreached = problem.code === "download-failed" || problem.code === "toolchain-offline";
  if (!missing || !isUnreached) return problem;
  return {
    ...missing,
    notes: [...missing.notes, ...problem.notes],
    help: [...new Set([...problem.help, ...missing.help])],
    causes: [problem.message, ...problem.causes],
  };
}
