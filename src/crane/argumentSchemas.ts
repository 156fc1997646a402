import * as v from "valibot";
import { isSourceRoot } from "./sourceRoot.ts";

const words = v.array(v.string());
const hook = v.union([v.string(), v.array(words)]);
const native = v.looseObject({ type: v.literal("native"), name: v.string() });
const source = v.looseObject(
  { type: v.literal("source"), root: v.string() },
  'a source such as `crane.cleanCargoSource(".")`',
);
const derivation = v.looseObject({ type: v.literal("derivation") });

const sourceRoot = v.optional(v.pipe(v.string(), v.check(isSourceRoot, "a directory within `src`")));

const named = { src: source, sourceRoot, pname: v.optional(v.string()), version: v.optional(v.string()) };

const override = v.optional(v.function("a function"));
const parsedLock = v.looseObject({
  package: v.array(v.looseObject({ name: v.string(), version: v.string() })),
});
const lock = {
  cargoLock: v.optional(v.string()),
  cargoLockContents: v.optional(v.string()),
  cargoLockParsed: v.optional(parsedLock),
};
const overrides = { overrideVendorGitCheckout: override, overrideVendorCargoPackage: override };
const vendor = v.looseObject({ type: v.literal("vendor") }, "what `crane.vendorCargoDeps` gives");
const tree = v.looseObject(
  { type: v.picklist(["source", "git", "crate", "derivation"]) },
  "a source, an input such as `git({ url, rev })`, or a step",
);

const common = {
  ...named,
  ...lock,
  ...overrides,
  cargoVendorDir: v.optional(v.nullable(vendor)),
  cargoArtifacts: v.optional(v.nullable(derivation)),
  cargoExtraArgs: v.optional(words),
  cargoProfile: v.optional(v.string()),
  nativeBuildInputs: v.optional(v.array(native)),
  buildInputs: v.optional(v.array(native)),
  strictDeps: v.optional(v.boolean()),
  env: v.optional(v.record(v.string(), v.string())),
  preBuild: v.optional(hook),
  postBuild: v.optional(hook),
  preCheck: v.optional(hook),
  postCheck: v.optional(hook),
  preInstall: v.optional(hook),
  postInstall: v.optional(hook),
};

const phases = v.array(v.looseObject({ type: v.string() }));

/** What each function of `lib` takes, for `checkArguments`. */
export const argumentSchemas = {
  buildDepsOnly: { ...common, doCheck: v.optional(v.boolean()) },
  buildPackage: {
    ...common,
    doCheck: v.optional(v.boolean()),
    cargoTestExtraArgs: v.optional(words),
    doNotRemoveReferencesToRustToolchain: v.optional(v.boolean()),
    doNotRemoveReferencesToVendorDir: v.optional(v.boolean()),
  },
  cargoBuild: common,
  cargoClippy: { ...common, cargoClippyExtraArgs: v.optional(words) },
  cargoDoc: {
    ...common,
    cargoDocExtraArgs: v.optional(words),
    docInstallRoot: v.optional(v.string()),
  },
  cargoTest: { ...common, cargoTestExtraArgs: v.optional(words) },
  cargoFmt: { ...named, cargoExtraArgs: v.optional(words), rustFmtExtraArgs: v.optional(words) },
  mkCargoDerivation: {
    ...common,
    pnameSuffix: v.optional(v.string()),
    buildPhaseCargoCommand: phases,
    checkPhaseCargoCommand: v.optional(phases),
    installPhaseCommand: v.optional(phases),
    doCheck: v.optional(v.boolean()),
    target: v.optional(v.looseObject({})),
    sourceInput: v.optional(v.looseObject({ type: v.string() })),
  },
  vendorCargoDeps: { src: v.optional(source), sourceRoot, ...lock, ...overrides },
  vendorMultipleCargoDeps: {
    cargoLockList: v.optional(words),
    cargoLockContentsList: v.optional(words),
    cargoLockParsedList: v.optional(v.array(parsedLock)),
    standardLibrary: v.optional(v.boolean()),
    ...overrides,
  },
  vendorCargoRegistries: { lockPackages: v.array(v.looseObject({})), overrideVendorCargoPackage: override },
  vendorGitDeps: { lockPackages: v.array(v.looseObject({})), overrideVendorGitCheckout: override },
  overrideAttrs: { src: v.optional(tree), patches: v.optional(words), postPatch: v.optional(hook) },
} as const satisfies Record<string, v.ObjectEntries>;
