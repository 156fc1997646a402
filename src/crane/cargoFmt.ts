import * as v from "valibot";
import type { Derivation, Source } from "../derivation/model.ts";
import { cargoEnvironment, world } from "../derivation/world.ts";
import type { Schema } from "./arguments/arguments.ts";
import {
  type SourceRootArgs,
  sourceOf,
  sourceRootSchema,
  sourceSchema,
  words,
} from "./arguments/arguments.ts";
import type { LibContext } from "./arguments/libContext.ts";

export type CargoFmtArgs = SourceRootArgs & {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml`. */
  readonly pname?: string;
  /** Accepted for Crane's sake. */
  readonly version?: string;
  /** After `cargo fmt`, before `-- --check`. Default: `["--all"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** After `--`. Default: `["--check"]`. */
  readonly rustFmtExtraArgs?: readonly string[];
};

export const cargoFmtSchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  pname: v.optional(v.string()),
  version: v.optional(v.string()),
  cargoExtraArgs: v.optional(words),
  rustFmtExtraArgs: v.optional(words),
} satisfies Schema<CargoFmtArgs>;

/**
 * `cargo fmt --check`; needs no dependencies, and what the command line chooses is nothing to it (Crane's
 * `cargoFmt`).
 *
 * @throws Refused: `configuration-argument`, and those of `LibContext.crateName`
 * @example
 * const fmt = crane.cargoFmt({ src });
 */
export function cargoFmt(context: LibContext, args: CargoFmtArgs): Derivation {
  const src = sourceOf(args.src, args);
  const extra = args.cargoExtraArgs ?? ["--all"];
  const after = args.rustFmtExtraArgs ?? ["--check"];
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(src).pname}-fmt`,
    phases: [{ type: "run", name: "fmt", argv: ["cargo", "fmt", ...extra, "--", ...after] }],
    env: cargoEnvironment,
    mounts: {
      [world.source]: src,
      [world.toolchain]: { type: "toolchain", request: context.toolchain },
      [world.system]: { type: "base-system" },
    },
    ...(src.workspace !== undefined && { workspace: src.workspace }),
  };
}
