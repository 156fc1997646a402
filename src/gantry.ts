export type { GitEntries, GitEntry, LockEntry, RegistryEntry } from "./crane/arguments/libContext.ts";
export type { Lib } from "./crane/mkLib.ts";
export { pkg } from "./crane/pkgs/package.ts";
export { defineProject, type Project, type ProjectContext, type ProjectDefinition } from "./crane/project.ts";
export { fromRepository } from "./crane/vendor/fromRepository.ts";
export type { Overrides } from "./crane/vendor/overrides.ts";
export type { Checkout, OverriddenAttrs, VendoredCrate } from "./crane/vendor/replaceable.ts";
export type { BuildDepsOnlyArgs } from "./crane/verbs/buildDepsOnly.ts";
export type { BuildPackageArgs } from "./crane/verbs/buildPackage.ts";
export type { CargoArgs, CargoArtifacts } from "./crane/verbs/mkCargoDerivation.ts";
export type { DevShell } from "./derivation/devShell.ts";
export type {
  CrateRegistry,
  CrateTree,
  Derivation,
  GitTree,
  NativePackage,
  Source,
  Tool,
  Vendor,
} from "./derivation/model.ts";
export type { Service } from "./derivation/service.ts";
