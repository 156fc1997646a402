import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import type { NativePackage, Tool, ToolchainRequest } from "../../derivation/model.ts";
import { words } from "../arguments/arguments.ts";
import { checkArgument, checkArguments, refuse, type Schema } from "../arguments/refuse.ts";

/** How a tool is built. */
type ToolOptions = {
  /** Beside the crate's default features. Default: none. */
  readonly features?: readonly string[];
  /** Default: what the crates of its lock are known to need. */
  readonly nativeBuildInputs?: readonly NativePackage[];
  /** What compiles it, as `toolchains` gives it. Default: the project's own. */
  readonly toolchain?: ToolchainRequest;
};

const optionsSchema = {
  features: v.optional(words),
  nativeBuildInputs: v.optional(v.array(v.looseObject({ type: v.literal("native"), name: v.string() }))),
  toolchain: v.optional(v.looseObject({ components: words, targets: words })),
} satisfies Schema<ToolOptions>;

/**
 * A program that is published as a crate, at one version. Gantry builds it in the sandbox with the lock that was published
 * in it, once for all projects; a program that `cargo install` put there is used where it has exactly that version.
 *
 * @param version a whole one. Default: what `gantry.lock` pins; where it pins none yet, the newest that the project's
 *   toolchain can compile, which is then pinned there
 * @throws Refused: `configuration-argument`; `tool-version` for one that is not whole
 * @example
 * crane.mkCargoDerivation({ src, nativeBuildInputs: [tools.crate("cargo-hakari", "0.9.36")], … })
 */
function crate(name: string, version?: string, options: ToolOptions = {}): Tool {
  checkArgument("tools.crate", v.pipe(v.string(), v.regex(/^[\w-]+$/, "the name of a crate")), name);
  checkArguments("tools.crate", optionsSchema, options);
  if (version !== undefined && !/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version))
    refuse(notWhole(name, version));
  return { type: "tool", crate: name, ...(version !== undefined && { version }), ...options };
}

function notWhole(name: string, version: string) {
  return diagnostic("tool-version", `\`${version}\` is no whole version of \`${name}\``, {
    notes: ["a tool has one version, and not a range of them, so that everybody runs the same"],
    help: [
      `write it with three numbers, or leave it away: \`gantry.lock\` then pins the newest: tools.crate("${name}")`,
    ],
    status: 2,
  });
}

const named =
  (name: string) =>
  (version?: string, options?: ToolOptions): Tool =>
    crate(name, version, options);

/**
 * Programs that are published as crates, at pinned versions, built by Gantry itself.
 *
 * @example
 * crane.cargoNextest({ src, nativeBuildInputs: [tools.cargoNextest("0.9.143")] })
 */
export const tools = {
  crate,
  cargoAudit: named("cargo-audit"),
  cargoDeny: named("cargo-deny"),
  cargoHakari: named("cargo-hakari"),
  cargoLlvmCov: named("cargo-llvm-cov"),
  cargoNextest: named("cargo-nextest"),
  cargoTarpaulin: named("cargo-tarpaulin"),
  /** nixfmt, as it is compiled from Rust. */
  nixfmt: named("nixfmt_rs"),
  taplo: named("taplo-cli"),
  trunk: named("trunk"),
  wasmBindgen: named("wasm-bindgen-cli"),
} as const;

/**
 * The tools of a step: those that its arguments name, and those that it needs besides.
 *
 * @example
 * withTools(args.nativeBuildInputs, tools.cargoNextest()) // the given list, with cargo-nextest where it has none
 */
export function withTools(
  given: readonly (NativePackage | Tool)[] | undefined,
  ...needed: readonly Tool[]
): readonly (NativePackage | Tool)[] {
  const has = new Set((given ?? []).flatMap((each) => (each.type === "tool" ? [each.crate] : [])));
  return [...(given ?? []), ...needed.filter((each) => !has.has(each.crate))];
}
