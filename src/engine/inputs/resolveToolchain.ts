import { mkdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import { parseToolchainFile } from "../../cargo/parseToolchainFile.ts";
import type { ToolchainRequest } from "../../derivation/toolchainRequest.ts";
import { installedToolchain } from "../../fetch/toolchain/installedToolchain.ts";
import type { Toolchain } from "../../fetch/toolchain/toolchain.ts";
import type { Placement, Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";

/** The toolchain that a step asks for; where it names no channel, the one that `rust-toolchain.toml` names. */
export async function toolchainFor(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<Toolchain>> {
  const { store, env, emit, signal } = context;
  const wanted = withFile(context, request);
  if (!wanted.ok) return wanted;
  return installedToolchain(wanted.value, {
    env,
    memo: store.memo,
    signal,
    onProgress: (name, done, total) =>
      emit({ type: "progress", what: "hash", name: `toolchain ${name}`, done, total }),
  });
}

/** The toolchain as an input, without the parts that are not in its digest. */
export async function resolveToolchain(
  context: InputContext,
  request: ToolchainRequest,
): Promise<Result<Resolved>> {
  const { store } = context;
  const toolchain = await toolchainFor(context, request);
  if (!toolchain.ok) return toolchain;
  const { digest, directory, hidden, version } = toolchain.value;
  return ok({
    digest,
    name: version.replace(/ \(.*$/, ""),
    async place() {
      const nothing = `${store.root}/empty`;
      mkdirSync(nothing, { recursive: true });
      const covers = hidden.map((path): Placement => ({ below: `/${path}`, directory: nothing }));
      return ok([{ below: "", directory }, ...covers]);
    },
  });
}

function withFile(context: InputContext, request: ToolchainRequest): Result<ToolchainRequest> {
  const file = context.project.toolchainFile;
  if (request.channel !== undefined || file === undefined) return ok(request);
  const parsed = parseToolchainFile(relative(context.project.root, file), readFileSync(file, "utf8"));
  if (!parsed.ok) return parsed;
  const { channel, components, targets } = parsed.value;
  return ok({
    ...(channel !== undefined && { channel }),
    components: [...request.components, ...components],
    targets: [...request.targets, ...targets],
  });
}
