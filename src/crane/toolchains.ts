import type { ToolchainRequest } from "../derivation/toolchainRequest.ts";

type Parts = { readonly components?: readonly string[]; readonly targets?: readonly string[] };

/**
 * Toolchains by channel, to be given to `overrideToolchain`.
 *
 * @example
 * toolchains.stable("1.95.0", { components: ["rust-src", "clippy", "rustfmt"] })
 */
export const toolchains = {
  stable: (version: string, parts?: Parts): ToolchainRequest => request(version, parts),
  beta: (date: string, parts?: Parts): ToolchainRequest => request(`beta-${date}`, parts),
  nightly: (date: string, parts?: Parts): ToolchainRequest => request(`nightly-${date}`, parts),
  /** What `rust-toolchain.toml` says, else the installed one. */
  fromFile: (): ToolchainRequest => ({ components: [], targets: [] }),
} as const;

function request(channel: string, parts: Parts = {}): ToolchainRequest {
  return { channel, components: parts.components ?? [], targets: parts.targets ?? [] };
}
