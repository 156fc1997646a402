import { existsSync } from "node:fs";
import { basename } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ToolchainRequest } from "../../derivation/toolchainRequest.ts";
import { findToolchain } from "../../fetch/toolchain/findToolchain.ts";
import type { InputContext } from "./inputContext.ts";
import { wantedToolchain } from "./wantedToolchain.ts";

type Asking = Pick<InputContext, "env"> & {
  readonly project: Pick<InputContext["project"], "root" | "toolchainFile">;
};

/**
 * The directory of the standard library's workspace in a toolchain, whose lock `-Z build-std` goes by.
 *
 * Errors: `component-missing` without `rust-src`; those of `findToolchain`.
 */
export function standardLibrary(asking: Asking, request: ToolchainRequest): Result<string> {
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
