// engine/inputs: a published program as an input: which version it is, and how it comes to be.

import { existsSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { cratesIoText } from "../../cargo/sourceId.ts";
import { refuse } from "../../crane/arguments/refuse.ts";
import { mkLib } from "../../crane/mkLib.ts";
import type { CrateTree, Derivation, Source, Tool, ToolchainRequest } from "../../derivation/model.ts";
import { gantryLock, gantryLockOf, pinIn, readGantryLock, type ToolPin } from "../../fetch/gantryLock.ts";
import { installedTool } from "../../fetch/native/installedTool.ts";
import { tellingOfWait } from "../../fetch/progress.ts";
import { resolveCrate } from "../../fetch/registry/resolveCrate.ts";
import { hostTriple, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { nativeContext } from "./host.ts";
import { entriesOfLock, lockOf } from "./lock.ts";
import { recognisedInputs } from "./recognisedInputs.ts";
import {
  type InputContext,
  type OutputOf,
  placement,
  placementAt,
  type ResolvedInput,
} from "./resolvedInput.ts";
import { treeDigestOf } from "./tree.ts";

/**
 * A published program, as a tree with `bin/`: one that `cargo install` put there in just this version, or else built from
 * its crate by the lock in it.
 *
 * Errors: `tool-unpinned`, `lock-frozen`, `tool-without-lock`; those of `resolveCrate`, `readGantryLock` and of the steps
 * that build it.
 */
export async function resolveTool(
  context: InputContext,
  tool: Tool,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const pin = await pinOf(context, tool);
  if (!pin.ok) return pin;
  const { version } = pin.value;
  const name = `${tool.crate} ${version}`;
  const installed = await installedTool({ ...tool, version }, nativeContext(context));
  if (!installed.ok) return installed;
  if (installed.value !== undefined) {
    const { digest, place } = installed.value;
    return ok({ digest, name, place: async () => placementAt(await place()) });
  }
  const step = await stepOf(context, { ...tool, ...pin.value }, outputOf);
  if (!step.ok) return step;
  const built = await outputOf(step.value);
  if (!built.ok) return err(inTool(built.error, name));
  const digest = built.value;
  return ok({ digest, name, place: async () => placement(context, ok(digest)) });
}

/** The version that `gantry.lock` pins; resolved, and pinned there, where it pins none. */
async function pinOf(context: InputContext, { crate, version }: Tool): Promise<Result<ToolPin>> {
  const { store, project, env, offline, frozen, signal, emit } = context;
  const file = gantryLockOf(project);
  const name = version === undefined ? crate : `${crate}@${version}`;
  await using _alone = await store.exclusive(
    `lock ${file}`,
    signal,
    tellingOfWait(emit, "a pin of `gantry.lock`"),
  );
  const pins = readGantryLock(file);
  if (!pins.ok) return pins;
  const known = pins.value.tool.get(name);
  if (known !== undefined) return ok(known);
  if (frozen) return err(unpinned(name, "--frozen"));
  // Cargo would take what it happens to have for the newest.
  if (offline && version === undefined) return err(unpinned(name, "--offline"));
  const found = await resolveCrate({ name: crate, version }, store, {
    workspaceDir: project.root,
    env,
    offline,
    signal,
  });
  if (!found.ok) return found;
  const pin = { version: found.value.version, checksum: found.value.checksum };
  const written = pinIn(file, "tool", { name, pin });
  if (!written.ok) return written;
  emit({ type: "note", text: `\`${gantryLock}\` pins \`${crate}\` to ${pin.version}: commit it` });
  return ok(pin);
}

function unpinned(name: string, option: string): Diagnostic {
  const code = option === "--frozen" ? "lock-frozen" : "tool-unpinned";
  return diagnostic(
    code,
    `\`${gantryLock}\` does not pin the tool \`${name}\`, and \`${option}\` was given`,
    {
      help: [`run once without ${option}, and commit \`${gantryLock}\``],
    },
  );
}

/** The step that builds a tool: as any other package, but from what was published. */
async function stepOf(
  context: InputContext,
  tool: Tool & ToolPin,
  outputOf: OutputOf,
): Promise<Result<Derivation>> {
  const { crate: pname, version, checksum, features, nativeBuildInputs } = tool;
  const crate: CrateTree = { type: "crate", name: pname, version, checksum, source: cratesIoText };
  const tree = await treeDigestOf(context, crate, outputOf);
  if (!tree.ok) return tree;
  const root = context.store.pathOf(tree.value);
  if (!existsSync(`${root}/Cargo.lock`)) return err(withoutLock(pname, version));
  const src: Source = { type: "source", root, filter: publishedFiles };
  const packages = lockOf(context, src);
  if (!packages.ok) return packages;
  const native = nativeBuildInputs ?? (await recognisedInputs(context, packages.value)).inputs;
  const toolchain = toolchainOf(context, tool);
  if (!toolchain.ok) return toolchain;
  const lib = mkLib({
    toolchain: toolchain.value,
    host: hostTriple(),
    // They are no part of its source.
    settings: () => undefined,
    text: () => undefined,
    selection: { args: [] },
    crateName: () => ({ pname, version }),
    lock(file) {
      const entries = entriesOfLock(context, file);
      return entries.ok ? entries.value : refuse(entries.error);
    },
    warn: (warning) => context.emit({ type: "warning", diagnostic: warning }),
  });
  return ok(
    lib.buildPackage({
      src,
      pname,
      version,
      nativeBuildInputs: native,
      doCheck: false,
      cargoExtraArgs: ["--locked", "--bins", ...(features?.length ? ["--features", features.join(",")] : [])],
    }),
  );
}

/** Settings of Cargo in a published crate are not obeyed, as `cargo install` does not obey them. */
const publishedFiles = {
  kind: "difference",
  of: { kind: "everything" },
  without: { kind: "globs", patterns: [".cargo/**"] },
} as const;

/**
 * What compiles a tool: without the project's components and platforms, so that projects of one toolchain share it.
 */
function toolchainOf(context: InputContext, { toolchain }: Tool): Result<ToolchainRequest> {
  const plain = { components: [], targets: [] };
  if (toolchain !== undefined) return ok({ ...toolchain, ...plain });
  const wanted = wantedToolchain(plain, context.project, context.env);
  if (!wanted.ok) return wanted;
  const { channel, isPinned } = wanted.value;
  return ok({ ...plain, ...(channel !== undefined && { channel }), ...(isPinned && { isPinned }) });
}

function withoutLock(name: string, version: string): Diagnostic {
  return diagnostic("tool-without-lock", `\`${name}\` ${version} was published without a \`Cargo.lock\``, {
    notes: ["what it is built with would be another thing each day"],
    help: ["name a version that has one, or declare the program as a native package: pkg({ … })"],
  });
}

function inTool(problem: Diagnostic, name: string): Diagnostic {
  return { ...problem, notes: [...problem.notes, `while the tool ${name} was built`] };
}
