import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import { parseToolchainFile } from "../../cargo/parseToolchainFile.ts";
import type { ToolchainRequest } from "../../derivation/toolchainRequest.ts";
import type { InputContext } from "./inputContext.ts";

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
