import { describe, expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import type { Unit, UnitEdge } from "../../../src/cargo/plan/unitGraph.ts";
import type { Derivation, TargetDirectory } from "../../../src/derivation/model.ts";
import type { CargoSettings } from "../../../src/units/key/cargoSettings.ts";
import { type EnvironmentInputs, environmentOf } from "../../../src/units/key/environment.ts";
import {
  type LocalFiles,
  localSource,
  partsOf,
  type Read,
  type ReadKind,
} from "../../../src/units/key/localSource.ts";
import { manifestTable } from "../../../src/units/key/manifestFacts.ts";
import { baseKey, isPure, type KeyContext, localKey, systemKey } from "../../../src/units/key/unitKey.ts";
import { type Invoked, planUnits } from "../../../src/units/key/unitPlan.ts";

/**
 * A unit of the project's own, a vendored one that rustc alone makes, and a vendored proc macro, in which more can have
 * a part.
 */
const kinds = ["own", "pure", "macro"] as const;

type Kind = (typeof kinds)[number];

/** What the keys are made from. */
type Given = {
  /** Of the unit whose key it is, whichever kind it is of. */
  readonly unit: Pick<Unit, "profile" | "mode" | "features" | "isStd"> & {
    readonly platform?: string;
    readonly isArtifact?: true;
  };
  readonly packageId: (kind: Kind) => string;
  readonly packageName: string;
  readonly target: Unit["target"];
  readonly edge: UnitEdge;
  readonly dependency: Unit["features"];
  readonly dependencyKey: string;
  readonly step: EnvironmentInputs;
  readonly content: string;
  readonly local: Pick<LocalFiles, "workspace" | "variables"> & {
    /** By the path of what is mounted. */
    readonly inputs: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
  };
  readonly packages: readonly string[];
  /** In the graph: 1 is the unit itself, 0 its dependency. */
  readonly roots: readonly number[];
  readonly invoked: Invoked;
  readonly reads: readonly Read[];
};

const derivation: Derivation = {
  type: "derivation",
  name: "app",
  phases: [
    { type: "run", name: "build", argv: ["cargo", "build"], messages: "cargo" },
    { type: "install", from: "build" },
  ],
  env: { GREETING: "hello", RUSTFLAGS: "-C debuginfo=1" },
  mounts: {
    "/usr": [{ type: "native", name: "zlib", names: {}, bins: [], pkgConfig: [] }, { type: "base-system" }],
  },
  workspace: "rust",
  targetDirectory: { plans: [["build", "--config", "env.A='1'"]], keep: "all" },
};

const given: Given = {
  unit: {
    profile: { name: "dev", opt_level: "0", lto: "false" },
    mode: "build",
    features: ["default"],
    isStd: false,
  },
  packageId: (kind) =>
    kind === "own"
      ? "path+file:///build/source/rust/app#0.1.0"
      : `registry+https://example.org/index#${kind}@1.0.0`,
  packageName: "package",
  target: {
    kind: ["lib"],
    crateTypes: ["lib"],
    name: "unit",
    srcPath: "src/lib.rs",
    edition: "2024",
    test: true,
    doctest: true,
    doc: true,
    requiredFeatures: [],
  },
  edge: { index: 0, externCrateName: "dependency", public: false, noprelude: false },
  dependency: ["std"],
  dependencyKey: "dependency",
  step: {
    derivation,
    mounts: new Map([
      ["/build/source", [{ digest: digestOf("source") }]],
      ["/build/vendor", [{ digest: digestOf("vendor") }]],
      ["/build/.cargo", [{ digest: digestOf("config") }]],
      ["/build/toolchain", [{ digest: digestOf("toolchain"), name: "rustc 1.95.0" }]],
      ["/usr", [{ digest: digestOf("zlib") }, { digest: digestOf("base") }]],
    ]),
    settings: { settings: ["[build]\nincremental = false\n"], files: {} },
    sandbox: "bwrap 1",
  },
  content: "content",
  local: {
    files: {
      "rust/Cargo.toml": '[workspace]\nmembers = ["app"]\n',
      "rust/app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\n',
      "rust/app/src/lib.rs": "",
      "rust/app/data.txt": "data",
      "rust/notes.txt": "notes",
      "proto/a.proto": "message",
    },
    workspace: "rust",
    variables: { GREETING: "hello" },
    inputs: { "/build/vendor/serde-1.0.228": "serde" },
  },
  packages: ["", "rust", "rust/app"],
  roots: [1],
  invoked: { words: [["build"]], hasPlatformSettings: true, manifest: manifestTable("") },
  reads: [],
};

function keyOf(kind: Kind, given: Given): Digest | undefined {
  const { planned, keys, context } = planOf(kind, given);
  const base = baseKey(planned, keys, context);
  return base && context.local ? localKey(base, given.reads, context.local) : base;
}

function planOf(kind: Kind, given: Given) {
  const root = kind === "own" ? "/build/source/rust/app" : `/build/vendor/${kind}-1.0.0`;
  const packageId = given.packageId(kind);
  const macro = kind === "macro" ? { kind: ["proc-macro"], crateTypes: ["proc-macro"] } : {};
  const target = { ...given.target, ...macro, srcPath: `${root}/${given.target.srcPath}` };
  const package_: Unit["package"] = {
    name: given.packageName,
    version: "1.0.0",
    source: { kind: "path", url: "file:///anywhere" },
  };
  const about = { ...given.unit, package: package_, packageId, target };
  const dependencyId = "registry+https://example.org/index#dependency@1.0.0";
  const dependency: Unit = {
    ...{ ...about, packageId: dependencyId, features: given.dependency, dependencies: [] },
    target: {
      ...target,
      kind: ["lib"],
      crateTypes: ["lib"],
      srcPath: "/build/vendor/dependency-1.0.0/lib.rs",
    },
  };
  const unit: Unit = { ...about, dependencies: [given.edge] };
  const plan = planUnits([{ units: [dependency, unit], roots: given.roots }], given.invoked);
  const [below, planned] = [plan[0], plan[1]];
  if (!below || !planned) throw new Error("two units are planned");
  const { own, local, hasOtherPrograms } = environmentOf(given.step);
  const context: KeyContext = {
    environment: own,
    localEnvironment: local,
    hasOtherPrograms,
    contentOf: () => (kind === "own" ? undefined : digestOf(given.content)),
    local: kind === "own" ? sourceOf(given) : undefined,
  };
  return { planned, keys: new Map([[below.id, digestOf(given.dependencyKey)]]), context };
}

function sourceOf({ local, packages }: Given) {
  const files = Object.entries(local.files).map(([path, text]) => {
    const executable = text.startsWith("run:");
    return { path, type: "file", digest: digestOf(text), executable } as const;
  });
  const textOf = (path: string) => local.files[path] ?? "";
  const contentAt = (path: string) => digestOf(local.inputs[path] ?? "");
  const sizeOf = (path: string) => textOf(path).length;
  return localSource({ ...local, files, textOf, sizeOf, contentAt }, new Set(packages));
}

/** A change of one ingredient, and the kinds of units that have another key then. */
type Ingredient = {
  readonly change: (given: Given) => Given;
  readonly keys: readonly Kind[];
  /** Why no key has it. */
  readonly because?: string;
};

const hashed = (change: Ingredient["change"], keys: readonly Kind[] = kinds): Ingredient => ({
  change,
  keys,
});
const notHashed = (because: string, change: Ingredient["change"]): Ingredient => ({
  change,
  keys: [],
  because,
});

const unit = (change: Partial<Given["unit"]>) =>
  hashed((given) => ({ ...given, unit: { ...given.unit, ...change } }));
const target = (change: Partial<Unit["target"]>) => (given: Given) => ({
  ...given,
  target: { ...given.target, ...change },
});
const edge = (change: Partial<UnitEdge>) => (given: Given) => ({
  ...given,
  edge: { ...given.edge, ...change },
});
const step = (change: Partial<EnvironmentInputs>) => (given: Given) => ({
  ...given,
  step: { ...given.step, ...change },
});
const derived = (change: Partial<Derivation>) => step({ derivation: { ...derivation, ...change } });
const directory = (change: Partial<TargetDirectory>) =>
  derived({ targetDirectory: { plans: [], keep: "all", ...derivation.targetDirectory, ...change } });
const settings = (change: Partial<CargoSettings>) =>
  step({ settings: { ...given.step.settings, ...change } });
const mount = (at: string, ...contents: readonly string[]) =>
  step({
    mounts: new Map(given.step.mounts).set(
      at,
      contents.map((text) => ({ digest: digestOf(text) })),
    ),
  });
const local = (change: Partial<Given["local"]>) => (given: Given) => ({
  ...given,
  local: { ...given.local, ...change },
});
const edited = (files: Readonly<Record<string, string>>) =>
  local({ files: { ...given.local.files, ...files } });

const plan: Record<keyof Unit, Ingredient> = {
  packageId: hashed((given) => ({ ...given, packageId: (kind) => `${given.packageId(kind)}-rc.1` })),
  package: notHashed("`packageId` says the same", (given) => ({ ...given, packageName: "other" })),
  target: hashed(target({ edition: "2021" })),
  profile: unit({ profile: { ...given.unit.profile, debug_assertions: true } }),
  platform: unit({ platform: "aarch64-unknown-linux-gnu" }),
  mode: unit({ mode: "check" }),
  features: unit({ features: [] }),
  dependencies: hashed((given) => ({ ...given, dependency: [] })),
  isStd: notHashed("a unit of the standard library has its sources' path", (given) => ({
    ...given,
    unit: { ...given.unit, isStd: true },
  })),
  isArtifact: unit({ isArtifact: true }),
};

const targets: Record<keyof Unit["target"], Ingredient> = {
  kind: hashed(target({ kind: ["rlib"] }), ["own", "pure"]),
  crateTypes: hashed(target({ crateTypes: ["rlib"] }), ["own", "pure"]),
  name: hashed(target({ name: "other" })),
  srcPath: hashed(target({ srcPath: "lib.rs" })),
  edition: hashed(target({ edition: "2021" })),
  test: notHashed("it says what Cargo would plan for tests", target({ test: false })),
  doctest: notHashed("it says what Cargo would plan for tests", target({ doctest: false })),
  doc: notHashed("it says what Cargo would plan for documentation", target({ doc: false })),
  requiredFeatures: notHashed("Cargo plans no unit without them", target({ requiredFeatures: ["x"] })),
};

const edges: Record<keyof UnitEdge, Ingredient> = {
  index: notHashed("it is a place in the graph, whose unit counts", (given) => given),
  externCrateName: hashed(edge({ externCrateName: "other" })),
  public: hashed(edge({ public: true })),
  noprelude: hashed(edge({ noprelude: true })),
};

const environments: Record<keyof EnvironmentInputs, Ingredient> = {
  derivation: hashed(derived({ env: { RUSTFLAGS: "" } })),
  mounts: hashed(mount("/build/toolchain", "other")),
  settings: hashed(settings({ settings: [] })),
  sandbox: hashed(step({ sandbox: "none 1" })),
  answers: hashed(step({ answers: digestOf("unix") })),
};

const hook = { type: "run", name: "preBuild", argv: ["sh", "-c", "true"] } as const;
const clippy = { type: "run", name: "clippy", argv: ["cargo", "clippy"], messages: "cargo" } as const;

const derivations: Record<keyof Derivation, Ingredient> = {
  type: notHashed("there is one type", (given) => given),
  name: notHashed("it is for people", derived({ name: "other" })),
  phases: hashed(derived({ phases: [hook, ...derivation.phases] })),
  env: hashed(derived({ env: { ...derivation.env, RUSTFLAGS: "" } })),
  mounts: hashed(derived({ mounts: { "/usr": [{ type: "base-system" }, { type: "base-system" }] } }), [
    "pure",
  ]),
  stepVariables: notHashed("it says whose the variables are", derived({ stepVariables: ["A"] })),
  workspace: hashed(derived({ workspace: "rust/app" }), ["own"]),
  targetDirectory: hashed(directory({ plans: [["build", "--config", "env.A='2'"]] })),
};

const targetDirectories: Record<keyof TargetDirectory, Ingredient> = {
  layer: notHashed("the units of a layer have keys of their own", directory({ layer: derivation })),
  plans: hashed(directory({ plans: [["build", "-Zunstable"]] })),
  keep: notHashed("it says what is kept, not how it is compiled", directory({ keep: "dependencies" })),
  at: notHashed("`CARGO_TARGET_DIR` says the same", directory({ at: "/build/elsewhere" })),
};

const cargoSettings: Record<keyof CargoSettings, Ingredient> = {
  settings: hashed(settings({ settings: ["[build]\nincremental = true\n"] })),
  files: hashed(settings({ files: { "flags.txt": digestOf("flags") } })),
};

const contexts: Record<keyof KeyContext, Ingredient> = {
  environment: hashed(step({ sandbox: "none 1" }), kinds),
  localEnvironment: hashed(derived({ phases: [clippy] }), ["own"]),
  hasOtherPrograms: notHashed("it says what else counts", (given) => given),
  contentOf: hashed((given) => ({ ...given, content: "other" }), ["pure", "macro"]),
  local: hashed(edited({ "rust/app/Cargo.toml": '[package]\nname = "app"\nversion = "0.2.0"\n' }), ["own"]),
};

describe.each<[string, Readonly<Record<string, Ingredient>>]>([
  ["what Cargo plans", plan],
  ["what Cargo plans for a target", targets],
  ["what Cargo plans for an edge", edges],
  ["the environment", environments],
  ["the environment, of a step's description", derivations],
  ["the environment, of a step's target directory", targetDirectories],
  ["Cargo's settings in the source", cargoSettings],
  ["content, manifest and environments", contexts],
  ["the dependencies' keys", { dependencyKey: hashed((given) => ({ ...given, dependencyKey: "other" })) }],
])("%s", (_, ingredients) => {
  test.each(Object.entries(ingredients))("%s", (_, { change, keys }) => {
    expect(changedKeys(given, change(given))).toEqual(keys);
  });
});

function changedKeys(before: Given, after: Given): Kind[] {
  return kinds.filter((kind) => {
    const [was, is] = [keyOf(kind, before), keyOf(kind, after)];
    expect([was, is]).not.toContain(undefined);
    return was !== is;
  });
}

describe("what the graph does not show", () => {
  const asDependency = { roots: [0] };
  const dylib = target({ kind: ["dylib"], crateTypes: ["dylib"] });
  const optimised = (roots: readonly number[]) => (of: Given) => ({
    ...of,
    roots,
    unit: { ...of.unit, profile: { ...of.unit.profile, lto: "true" } },
  });
  const profile = { ...given.unit.profile, name: "ci" };
  const script = { ...given, unit: { ...given.unit, profile, mode: "run-custom-build" } } as const;
  const inheriting = (name: string) => (of: Given) => ({
    ...of,
    invoked: { ...of.invoked, manifest: manifestTable(`[profile.ci]\ninherits = "${name}"\n`) },
  });
  test.each<[string, Given, Given, readonly Kind[]]>([
    ["its package was asked for", given, { ...given, ...asDependency }, ["pure", "macro"]],
    ["the same, of a `dylib`", dylib(given), { ...dylib(given), ...asDependency }, kinds],
    [
      "the same, where other programs may notice it",
      derived({ phases: [clippy] })(given),
      { ...derived({ phases: [clippy] })(given), ...asDependency },
      kinds,
    ],
    ["`lto`, which follows from who links it", optimised([])(given), optimised([1])(given), kinds],
    [
      "a platform is named, so that flags are not for the host",
      given,
      {
        ...given,
        invoked: { ...given.invoked, words: [["build", "--target", "aarch64-unknown-linux-gnu"]] },
      },
      kinds,
    ],
    [
      "the profile that one comes from, of a build script",
      inheriting("dev")(script),
      inheriting("release")(script),
      kinds,
    ],
    [
      "the profile that one comes from, of all else",
      inheriting("dev")(given),
      inheriting("release")(given),
      [],
    ],
  ])("%s", (_, before, after, keys) => {
    expect(changedKeys(before, after)).toEqual(keys);
  });
});

describe("what is mounted", () => {
  test.each<[string, Ingredient]>([
    ["a native package", hashed(mount("/usr", "other", "base"), ["own", "macro"])],
    ["the base system", hashed(mount("/usr", "zlib", "other"))],
    ["the toolchain", hashed(mount("/build/toolchain", "other"))],
    ["anything else", hashed(mount("/build/extra", "extra"))],
    ["the source, which is read file by file", hashed(mount("/build/source", "other"), [])],
    ["the vendored crates, whose contents are known one by one", hashed(mount("/build/vendor", "other"), [])],
    ["where Cargo finds them", hashed(mount("/build/.cargo", "other"), [])],
    [
      "what people call it",
      hashed(
        step({
          mounts: new Map(
            [...given.step.mounts].map(([at, all]) => [at, all.map((each) => ({ ...each, name: "x" }))]),
          ),
        }),
        [],
      ),
    ],
  ])("%s", (_, { change, keys }) => {
    expect(changedKeys(given, change(given))).toEqual(keys);
  });
});

describe("variables and phases", () => {
  const { phases } = derivation;
  test.each<[string, Ingredient]>([
    [
      "a variable that only code reads",
      hashed(derived({ env: { ...derivation.env, GREETING: "bye" } }), ["pure", "macro"]),
    ],
    [
      "the same, where a hook may read it, too",
      hashed((given) =>
        derived({ env: { ...derivation.env, GREETING: "bye" }, phases: [hook, ...phases] })(given),
      ),
    ],
    ["Clippy, which compiles the project alone", hashed(derived({ phases: [...phases, clippy] }), ["own"])],
    ["a command after the last of Cargo's", hashed(derived({ phases: [...phases, hook] }), [])],
    ["which of Cargo's commands run", hashed(derived({ phases: [...phases, ...phases] }), [])],
  ])("%s", (_, { change, keys }) => {
    expect(changedKeys(given, change(given))).toEqual(keys);
  });
});

describe("the system, of a unit that includes a file of it", () => {
  const systemKeyOf = (given: Given) => {
    const { planned, keys, context } = planOf("pure", given);
    return systemKey(planned, keys, context);
  };
  test.each<[string, Ingredient["change"]]>([
    ["a native package", mount("/usr", "other", "base")],
    ["its content", (given) => ({ ...given, content: "other" })],
    ["its dependency", (given) => ({ ...given, dependencyKey: "other" })],
    ["what Cargo plans", target({ edition: "2021" })],
  ])("%s", (_, change) => {
    expect(systemKeyOf(change(given))).not.toBe(systemKeyOf(given));
  });
  test("its key is another one than that of one that does not", () => {
    expect(systemKeyOf(given)).not.toBe(keyOf("pure", given));
  });
});

/** Of each kind of read one, and a change of the project after which it reads something else. */
const reads: Record<ReadKind, readonly [read: Read, change: Ingredient["change"]]> = {
  file: ["file:rust/app/src/lib.rs", edited({ "rust/app/src/lib.rs": "fn new() {}" })],
  tree: ["tree:proto", edited({ "proto/b.proto": "new" })],
  names: ["names:rust/app", edited({ "rust/app/src/new.rs": "" })],
  open: ["open:rust/app/data.txt", edited({ "rust/app/data.txt": "run:data" })],
  list: ["list:rust", edited({ "rust/new.txt": "" })],
  look: ["look:rust/app/data.txt", edited({ "rust/app/data.txt": "longer" })],
  link: ["link:rust/link", edited({ "rust/link": "" })],
  input: ["input:/build/vendor/serde-1.0.228", local({ inputs: {} })],
  source: ["source:why", edited({ "rust/notes.txt": "new" })],
  env: ["env:GREETING", local({ variables: { GREETING: "bye" } })],
  variables: ["variables:", local({ variables: { GREETING: "hello", MORE: "" } })],
};

describe("what a unit read", () => {
  test.each(Object.entries(reads))("%s", (kind, [read, change]) => {
    expect(partsOf(read).kind).toBe(kind);
    const reading = { ...given, reads: [read] };
    expect(changedKeys(reading, change(reading))).toEqual(["own"]);
    expect(changedKeys(given, change(given))).toEqual([]);
  });
  test("and that it read it", () => {
    expect(changedKeys(given, { ...given, reads: ["file:rust/app/none.rs"] })).toEqual(["own"]);
  });
});

/** Its `workspace` is in the environment. */
const localFiles: Record<
  Exclude<keyof LocalFiles, "workspace">,
  readonly [read: Read, change: Ingredient["change"]]
> = {
  files: ["file:rust/app/data.txt", edited({ "rust/app/data.txt": "new" })],
  textOf: ["variables:", edited({ "rust/app/Cargo.toml": '[package]\nname = "app"\nedition = "2024"\n' })],
  sizeOf: ["look:rust/app/data.txt", edited({ "rust/app/data.txt": "longer" })],
  contentAt: ["input:/build/vendor/serde-1.0.228", local({ inputs: {} })],
  variables: ["env:GREETING", local({ variables: {} })],
};

describe("what a step gives of the project's files", () => {
  test.each(Object.entries(localFiles))("%s", (_, [read, change]) => {
    const reading = { ...given, reads: [read] };
    expect(changedKeys(reading, change(reading))).toEqual(["own"]);
  });
});

test("a unit has no key before all of its dependencies have one", () => {
  for (const kind of kinds) {
    const { planned, context } = planOf(kind, given);
    expect(baseKey(planned, new Map(), context)).toBeUndefined();
  }
});

test("the content of a file that Cargo's settings name, and then native packages in every unit", () => {
  const named = (text: string) => settings({ files: { "flags.txt": digestOf(text) } })(given);
  expect(changedKeys(named("one"), named("two"))).toEqual(kinds);
  const native = mount("/usr", "other", "base")(given);
  const both = settings({ files: { "flags.txt": digestOf("one") } })(native);
  expect(
    changedKeys(named("one"), { ...both, step: { ...native.step, settings: both.step.settings } }),
  ).toEqual(kinds);
});

test.each(["-L native=/usr/lib", "-L/lib/x86_64-linux-gnu", "-C linker=/bin/ld"])(
  "native packages in every unit, where flags of rustc lead to the system: %s",
  (flags) => {
    const flagged = derived({ env: { ...derivation.env, RUSTFLAGS: flags } });
    expect(changedKeys(flagged(given), flagged(mount("/usr", "other", "base")(given)))).toEqual(kinds);
  },
);

test("a variable that a hook may read is in every unit's key", () => {
  const hooked = (greeting: string) =>
    derived({
      env: { ...derivation.env, GREETING: greeting },
      phases: [hook, ...derivation.phases],
    })(given);
  expect(changedKeys(hooked("hello"), hooked("bye"))).toEqual(kinds);
});

describe("rustc alone makes", () => {
  const { planned } = planOf("pure", given);
  const { unit } = planned;
  const ofTypes = (...crateTypes: string[]) => ({
    ...planned,
    unit: { ...unit, target: { ...unit.target, crateTypes } },
  });
  const inMode = (mode: Unit["mode"]) => ({ ...planned, unit: { ...unit, mode } });
  test.each([
    ["a library", planned, true],
    ["an rlib", ofTypes("rlib"), true],
    ["a check of one", inMode("check"), true],
    ["no test", inMode("test"), false],
    ["no run of a build script", inMode("run-custom-build"), false],
    ["no program", ofTypes("bin"), false],
    ["nothing of which one output is linked", ofTypes("rlib", "cdylib"), false],
    ["nothing that uses a proc macro", { ...planned, usesProcMacro: true }, false],
  ])("%s", (_, planned, expected) => {
    expect(isPure(planned)).toBe(expected);
  });
});

test("documentation has no key", () => {
  for (const mode of ["doc", "doctest", "docscrape"] as const)
    expect(keyOf("pure", { ...given, unit: { ...given.unit, mode } })).toBeUndefined();
});
