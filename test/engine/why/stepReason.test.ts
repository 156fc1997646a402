import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import type { Derivation, Run } from "../../../src/derivation/model.ts";
import type { ResolvedInput } from "../../../src/engine/inputs/resolvedInput.ts";
import { recordBuilt, stepReason } from "../../../src/engine/why/stepReason.ts";
import { engineRig, step } from "../rig.ts";

type Built = {
  readonly derivation: Derivation;
  readonly key: Digest;
  readonly mounts: ReadonlyMap<string, readonly ResolvedInput[]>;
  readonly layer: { readonly digest: Digest };
};

const input = (text: string, more: Partial<ResolvedInput> = {}): ResolvedInput => ({
  digest: digestOf(text),
  place: async () => ({ ok: true, value: [] }),
  ...more,
});
/** Those that end in `*` are executable. */
const source = (files: Readonly<Record<string, string>>) =>
  input(JSON.stringify(files), {
    files: Object.entries(files).map(([path, text]) => ({
      type: "file",
      path: path.replace("*", ""),
      digest: digestOf(text),
      executable: path.endsWith("*"),
    })),
  });

const reduced = (files: Readonly<Record<string, string>>): ResolvedInput => {
  const { digest, place, files: tree = [] } = source(files);
  return { digest, place, reducedTo: async () => tree };
};

const cargo = (...words: readonly string[]): Run => ({
  type: "run",
  name: "build",
  argv: ["cargo", "build", "--locked", ...words],
});
const hook = (text: string): Run => ({ type: "run", name: "preBuild", argv: ["/bin/sh", "-euc", text] });

const app: Derivation = {
  ...step("app"),
  phases: [hook("true"), cargo("--profile", "release", "-p", "a")],
  env: { A: "1" },
  targetDirectory: { plans: [["build"]], keep: "all" },
};
const files = { "Cargo.toml": "manifest", "src/main.rs": "code", "run.sh": "script", "done.sh*": "script" };
const mounts = {
  "/build/source": source(files),
  "/build/vendor": input("crates"),
  "/build/toolchain": input("1.94", { name: "rustc 1.94.0" }),
  "/usr": input("system"),
  "/in/0": input("other"),
};
const before = { derivation: app, mounts, layer: "units" };

const built = ({ derivation, mounts, layer }: typeof before): Built => ({
  derivation,
  key: digestOf("key"),
  mounts: new Map(Object.entries(mounts).map(([at, resolved]) => [at, [resolved]])),
  layer: { digest: digestOf(layer) },
});
const withMount = (at: keyof typeof mounts, resolved: ResolvedInput) => ({
  ...before,
  mounts: { ...mounts, [at]: resolved },
});
const withStep = (more: Partial<Derivation>) => ({ ...before, derivation: { ...app, ...more } });

function without(all: Readonly<Record<string, string>>, path: string) {
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== path));
}

test.each<[string, typeof before]>([
  ["what it was built to last time is no longer in the store", before],
  ["what it was built to last time is no longer in the store", withStep({ mounts: {} })],
  [
    "the toolchain changed from rustc 1.94.0 to rustc 1.95.0",
    withMount("/build/toolchain", input("1.95", { name: "rustc 1.95.0" })),
  ],
  [
    "its commands changed: `--target wasm32-wasip1` was added",
    {
      ...withMount(
        "/build/toolchain",
        input("1.94 wasip1", { ofHost: digestOf("1.94"), name: "rustc 1.94.0" }),
      ),
      derivation: {
        ...app,
        env: { A: "1", CC_wasm32_wasip1: "clang" },
        phases: [hook("true"), cargo("--profile", "release", "-p", "a", "--target", "wasm32-wasip1")],
      },
    },
  ],
  [
    "it is for other platforms",
    withMount("/build/toolchain", input("1.94 wasip1", { ofHost: digestOf("1.94"), name: "rustc 1.94.0" })),
  ],
  ["the variable `A` changed", withStep({ env: { A: "2" } })],
  ["the variable `B` was added", withStep({ env: { A: "1", B: "1" } })],
  ["the variable `A` was removed", withStep({ env: {} })],
  [
    "its commands changed: `--profile release` became `--profile dev`",
    withStep({ phases: [hook("true"), cargo("--profile", "dev", "-p", "a")] }),
  ],
  [
    "its commands changed: `-p a` was removed, `--features=shout` was added, `x` was added, `-v` was added",
    withStep({ phases: [hook("true"), cargo("--profile", "release", "--features=shout", "x", "-v")] }),
  ],
  [
    "its commands changed: `-p b` was added",
    withStep({ phases: [hook("true"), cargo("--profile", "release", "-p", "a", "-p", "b")] }),
  ],
  [
    "its commands changed: `preBuild` changed, `cargo build` was removed, `cargo fmt` was added",
    withStep({ phases: [hook("false"), { type: "run", name: "fmt", argv: ["cargo", "fmt"] }] }),
  ],
  ["its commands changed", withStep({ workspace: "rust" })],
  [
    "its commands changed: `--bins` was added",
    withStep({ targetDirectory: { plans: [["build", "--bins"]], keep: "all" } }),
  ],
  ["its commands changed", withStep({ targetDirectory: { plans: [["build"]], keep: "dependencies" } })],
  ["`src/main.rs` changed", withMount("/build/source", source({ ...files, "src/main.rs": "edited" }))],
  ["`README.md` was added", withMount("/build/source", source({ ...files, "README.md": "" }))],
  [
    "`src/main.rs` changed, and 1 more",
    withMount("/build/source", source({ ...files, "src/main.rs": "edited", "README.md": "" })),
  ],
  [
    "`run.sh` became executable",
    withMount("/build/source", source({ ...without(files, "run.sh"), "run.sh*": "script" })),
  ],
  [
    "`done.sh` is no longer executable",
    withMount("/build/source", source({ ...without(files, "done.sh*"), "done.sh": "script" })),
  ],
  ["its source changed", withMount("/build/source", { ...source(files), digest: digestOf("another") })],
  ["`tools/ld.sh` was added", withMount("/build/source", reduced({ ...files, "tools/ld.sh": "" }))],
  ["its packages have other targets", withMount("/build/source", reduced({ ...files, "src/lib.rs": "" }))],
  [
    "the manifests or the lock changed",
    withMount("/build/source", reduced({ ...files, "Cargo.toml": "edited" })),
  ],
  ["`Cargo.lock` names other crates", withMount("/build/vendor", input("other crates"))],
  [
    "the native inputs, or the system's C compiler and libc, changed",
    withMount("/usr", input("another system")),
  ],
  ["`/in/0` changed", withMount("/in/0", input("another"))],
  ["its dependency layer changed", { ...before, layer: "other units" }],
])("%s", async (reason, now) => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap" } };
  await recordBuilt(place, built(before));
  expect((await stepReason(place, built(now))).reason).toBe(reason);
});

test("what was built counts by project and by the step's name, and only what was recorded", async () => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap" } };
  await recordBuilt(place, built(before));
  const never = { reason: "it was not built here before" };
  expect(await stepReason({ ...place, project: "/elsewhere" }, built(before))).toEqual(never);
  expect(await stepReason(place, built(withStep({ name: "other" })))).toEqual(never);
  expect(await stepReason(place, built(withStep({ name: "other" })))).toEqual(never);
});

test.each([
  ["none 2 /store", "the sandbox changed from the level `full` to `none`"],
  ["bwrap 3 c5dcaf", "another version of Gantry isolates it"],
])("another sandbox is a reason: %s", async (identity, reason) => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap 2 a3dcaf" } };
  await recordBuilt(place, built(before));
  expect(await stepReason({ ...place, sandbox: { identity } }, built(before))).toEqual({ reason });
});

test("all that changed is listed, causes before their effects", async () => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap" } };
  await recordBuilt(place, built(before));
  const now = {
    ...withMount("/build/source", source({ ...files, "src/main.rs": "edited", "README.md": "" })),
    derivation: { ...app, env: { A: "2" } },
    layer: "other units",
  };
  expect(await stepReason(place, built(now))).toEqual({
    reason: "the variable `A` changed",
    changes: [
      "the variable `A` changed",
      "`src/main.rs` changed",
      "`README.md` was added",
      "its dependency layer changed",
    ],
  });
});
