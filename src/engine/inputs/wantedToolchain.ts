import { existsSync, readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseToolchainFile } from "../../cargo/config/toolchainFile.ts";
import type { ToolchainRequest } from "../../derivation/model.ts";
import { findToolchain } from "../../fetch/toolchain/findToolchain.ts";
import type { InputContext } from "./resolvedInput.ts";

type Asking = { readonly project: Pick<InputContext["project"], "root" | "toolchainFile"> };

/** What a step asks for; where it names no channel, what `rust-toolchain.toml` says. */
export function wantedToolchain({ project }: Asking, request: ToolchainRequest): Result<ToolchainRequest> {
  const file = project.toolchainFile;
  if (request.channel !== undefined || file === undefined) return ok(request);
  const parsed = parseToolchainFile(relative(project.root, file), readFileSync(file, "utf8"));
  if (!parsed.ok) return parsed;
  const { channel, components, targets } = parsed.value;
  return ok({
    ...request,
    ...(channel !== undefined && { channel }),
    components: [...request.components, ...components],
    targets: [...request.targets, ...targets],
  });
}

type AskingForLibrary = Pick<InputContext, "env"> & {
  readonly project: Pick<InputContext["project"], "root" | "toolchainFile">;
};

/**
 * The directory of the standard library's workspace in a toolchain, whose lock `-Z build-std` goes by.
 *
 * Errors: `component-missing` without `rust-src`; those of `findToolchain`.
 */
export function standardLibrary(asking: AskingForLibrary, request: ToolchainRequest): Result<string> {
  const wanted = wantedToolchain(asking, request);
  if (!wanted.ok) return wanted;
  const found = findToolchain(wanted.value, asking.env);
  if (!found.ok) return found;
  const directory = `${found.value}/lib/rustlib/src/rust/library`;
  if (existsSync(`${directory}/Cargo.lock`)) return ok(directory);
  const name = basename(found.value);
  return err(
    diagnostic("component-missing", `toolchain \`${name}\` has no component \`rust-src\``, {
      notes: ["it has the sources and the lock of the standard library, which `-Z build-std` compiles"],
      help: [`rustup component add rust-src --toolchain ${name}`],
    }),
  );
}
