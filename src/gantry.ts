export type { BuildDepsOnlyArgs, CargoArtifacts } from "./crane/buildDepsOnly.ts";
export type { BuildPackageArgs } from "./crane/buildPackage.ts";
export type { CargoArgs } from "./crane/cargoArgs.ts";
export type { Lib } from "./crane/mkLib.ts";
export { pkg } from "./crane/pkgs/pkg.ts";
export { defineProject, type Project, type ProjectContext, type ProjectDefinition } from "./crane/project.ts";
export type { Derivation } from "./derivation/derivation.ts";
export type { NativePackage } from "./derivation/nativePackage.ts";
export type { Source } from "./derivation/source.ts";
