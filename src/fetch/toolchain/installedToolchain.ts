import { existsSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import type { Records } from "../../store/store.ts";
import { stopped } from "../progress.ts";
import { findToolchain, hostTriple } from "./findToolchain.ts";
import { identifyToolchain } from "./identifyToolchain.ts";

type Context = {
  readonly env: NodeJS.ProcessEnv;
  readonly records: Records;
  readonly signal: AbortSignal;
  /** Told, while a toolchain is read that is not known yet, its name (`1.95.0`), and how far it is, in bytes. */
  readonly onProgress: (name: string, done: number, total: number) => void;
};

/** Which file shows that a component is there. Others are taken at their word. */
const shownBy: Readonly<Record<string, string>> = {
  clippy: "bin/cargo-clippy",
  rustfmt: "bin/rustfmt",
  "rust-src": "lib/rustlib/src/rust/library",
};

/**
 * The installed toolchain that a request means, with its digest.
 *
 * Errors: `toolchain-missing`; `component-missing` and `target-missing`, with the rustup command that adds them;
 * `interrupted`.
 */
export async function installedToolchain(
  request: ToolchainRequest,
  context: Context,
): Promise<Result<Toolchain>> {
  const found = findToolchain(request, context.env);
  if (!found.ok) return found;
  const directory = found.value;
  const lacking = lackingPart(directory, request);
  if (lacking) return err(lacking);
  const targets = [hostTriple(), ...request.targets.filter((target) => target !== hostTriple())];
  const name = nameOf(directory);
  const digest = await identifyToolchain(directory, targets, {
    ...context,
    onProgress: (done, total) => context.onProgress(name, done, total),
  });
  if (!digest) return err(stopped());
  const hidden = readdirSync(`${directory}/lib/rustlib`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !targets.includes(entry.name))
    .map((entry) => `lib/rustlib/${entry.name}`);
  return ok({ digest, directory, version: await versionOf(directory, digest, context.records), hidden });
}

/** As rustup's users call it: without this machine's triple. */
function nameOf(directory: string): string {
  return basename(directory).replace(`-${hostTriple()}`, "");
}

async function versionOf(directory: string, digest: string, records: Records): Promise<string> {
  const known = records.get("toolchain-version", digest);
  if (known) return known;
  const { execa } = await import("execa");
  const { stdout } = await execa(`${directory}/bin/rustc`, ["--version"]);
  records.set("toolchain-version", digest, stdout);
  return stdout;
}

function lackingPart(directory: string, request: ToolchainRequest) {
  const name = directory.split("/").at(-1) ?? directory;
  const component = request.components.find(
    (part) => shownBy[part] && !existsSync(`${directory}/${shownBy[part]}`),
  );
  if (component) {
    return diagnostic("component-missing", `toolchain \`${name}\` has no component \`${component}\``, {
      help: [`rustup component add ${component} --toolchain ${name}`],
    });
  }
  const target = request.targets.find((triple) => !existsSync(`${directory}/lib/rustlib/${triple}`));
  if (!target) return undefined;
  return diagnostic("target-missing", `toolchain \`${name}\` has no standard library for \`${target}\``, {
    help: [`rustup target add ${target} --toolchain ${name}`],
  });
}

/** A toolchain on this machine, known by what it consists of and not by where it lies. */
export type Toolchain = {
  /** Of the contents of its programs and libraries. */
  readonly digest: Digest;
  readonly directory: string;
  /** `rustc 1.95.0 (59807616e 2026-04-14)`, for messages. */
  readonly version: string;
  /** Parts of it, as paths from `directory`, that are not part of the digest and so must not be seen. */
  readonly hidden: readonly string[];
};
