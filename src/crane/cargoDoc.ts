import { posix } from "node:path";
import * as v from "valibot";
import type { Derivation, Run } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import type { Schema } from "./arguments/arguments.ts";
import { words } from "./arguments/arguments.ts";
import type { LibContext } from "./arguments/libContext.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import { type CargoArgs, cargoInvocation, cargoSchema, mkCargoDerivation } from "./mkCargoDerivation.ts";

export type CargoDocArgs = CargoArgs & {
  /** After `cargo doc`, beside `cargoExtraArgs`. Default: `["--no-deps"]`. */
  readonly cargoDocExtraArgs?: readonly string[];
  /**
   * The directory to install. Default: where Cargo writes it, `doc` in the target directory or below the
   * triple's.
   */
  readonly docInstallRoot?: string;
};

export const cargoDocSchema = {
  ...cargoSchema,
  cargoDocExtraArgs: v.optional(words),
  docInstallRoot: v.optional(v.string()),
} satisfies Schema<CargoDocArgs>;

/**
 * `cargo doc` on top of the dependency layer; the documentation comes to `share/doc` (Crane's `cargoDoc`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const documentation = crane.cargoDoc({ src, cargoArtifacts, env: { RUSTDOCFLAGS: "--deny warnings" } });
 */
export function cargoDoc(context: LibContext, args: CargoDocArgs): Derivation {
  const extra = args.cargoDocExtraArgs ?? ["--no-deps"];
  const doc = cargoInvocation("doc", args, { extra });
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-doc",
    buildPhaseCargoCommand: [doc.run],
    installPhaseCommand: installRuns(args.docInstallRoot ?? writtenTo(args, extra)),
    target: layeredTarget(context, args, [doc]),
  });
}

/** `.lock` is rustdoc's own, for several that write at once. */
function installRuns(from: string): Run[] {
  const to = `${world.out}/share`;
  const name = from.replace(/\/+$/, "").replace(/^.*\//, "");
  return [
    { type: "run", name: "install", argv: ["mkdir", "-p", to] },
    { type: "run", name: "install", argv: ["cp", "-R", "--", from, `${to}/`] },
    { type: "run", name: "install", argv: ["rm", "-f", "--", `${to}/${name}/.lock`] },
  ];
}

/**
 * Whatever the profile, at the root of the target directory, or of the triple's in it (seen with Cargo 1.95).
 */
function writtenTo(args: CargoArgs, docArgs: readonly string[]): string {
  const all = [...(args.cargoExtraArgs ?? []), ...docArgs];
  const at = all.lastIndexOf("--target");
  const joined = all.findLast((word) => word.startsWith("--target="))?.slice("--target=".length);
  const platform = (at === -1 ? undefined : all[at + 1]) ?? joined ?? args.env?.CARGO_BUILD_TARGET;
  return posix.join(world.targetDirectory, platform ?? "", "doc");
}
