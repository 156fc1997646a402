import type { Derivation, Source } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import { cargoEnvironment } from "./cargoArgs.ts";
import type { LibContext, SourceRootArgs } from "./libContext.ts";

export type CargoFmtArgs = SourceRootArgs & {
  readonly src: Source;
  readonly pname?: string;
  /** After `cargo fmt`, before `-- --check`. Default: `["--all"]`. */
  readonly cargoExtraArgs?: readonly string[];
  /** After `--`. Default: `["--check"]`. */
  readonly rustFmtExtraArgs?: readonly string[];
};

/** `cargo fmt --check`; needs no dependencies (Crane's `cargoFmt`). */
export function cargoFmt(context: LibContext, args: CargoFmtArgs): Derivation {
  const extra = args.cargoExtraArgs ?? ["--all"];
  const after = args.rustFmtExtraArgs ?? ["--check"];
  return {
    type: "derivation",
    name: `${args.pname ?? context.crateName(args.src).pname}-fmt`,
    phases: [{ type: "run", name: "fmt", argv: ["cargo", "fmt", ...extra, "--", ...after] }],
    env: cargoEnvironment,
    mounts: {
      [world.source]: args.src,
      [world.toolchain]: { type: "toolchain", request: context.toolchain },
      [world.system]: { type: "base-system" },
    },
    ...(args.src.workspace !== undefined && { workspace: args.src.workspace }),
  };
}
