import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import type { Derivation } from "../../../src/derivation/model.ts";
import type { ResolvedInput } from "../../../src/engine/inputs/resolvedInput.ts";
import { recordParts, stepReason } from "../../../src/engine/why/stepReason.ts";
import { engineRig, step } from "../rig.ts";

type Built = {
  readonly derivation: Derivation;
  readonly mounts: ReadonlyMap<string, readonly ResolvedInput[]>;
  readonly layer: { readonly digest: Digest };
};

const input = (text: string, more: Partial<ResolvedInput> = {}): ResolvedInput => ({
  digest: digestOf(text),
  place: async () => ({ ok: true, value: [] }),
  ...more,
});
const source = (files: Readonly<Record<string, string>>) =>
  input(JSON.stringify(files), {
    files: Object.entries(files).map(([path, text]) => ({
      type: "file",
      path,
      digest: digestOf(text),
      executable: false,
    })),
  });

const reduced = (files: Readonly<Record<string, string>>): ResolvedInput => {
  const { digest, place, files: tree = [] } = source(files);
  return { digest, place, reducedTo: async () => tree };
};

const app: Derivation = {
  ...step("app"),
  env: { A: "1" },
  targetDirectory: { plans: [["build"]], keep: "all" },
};
const files = { "Cargo.toml": "manifest", "src/main.rs": "code" };
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
  mounts: new Map(Object.entries(mounts).map(([at, resolved]) => [at, [resolved]])),
  layer: { digest: digestOf(layer) },
});
const withMount = (at: keyof typeof mounts, resolved: ResolvedInput) => ({
  ...before,
  mounts: { ...mounts, [at]: resolved },
});
const withStep = (more: Partial<Derivation>) => ({ ...before, derivation: { ...app, ...more } });

test.each<[string, typeof before]>([
  ["what it was built to last time is no longer in the store", before],
  ["what it was built to last time is no longer in the store", withStep({ mounts: {} })],
  [
    "the toolchain changed from rustc 1.94.0 to rustc 1.95.0",
    withMount("/build/toolchain", input("1.95", { name: "rustc 1.95.0" })),
  ],
  ["the variable `A` changed", withStep({ env: { A: "2" } })],
  ["the variable `B` changed", withStep({ env: { A: "1", B: "1" } })],
  ["its commands changed", withStep({ phases: [] })],
  ["its commands changed", withStep({ workspace: "rust" })],
  ["its commands changed", withStep({ targetDirectory: { plans: [["test"]], keep: "all" } })],
  ["its commands changed", withStep({ targetDirectory: { plans: [["build"]], keep: "dependencies" } })],
  ["`src/main.rs` changed", withMount("/build/source", source({ ...files, "src/main.rs": "edited" }))],
  ["`README.md` was added", withMount("/build/source", source({ ...files, "README.md": "" }))],
  ["`Cargo.toml` was removed, and 1 more", withMount("/build/source", source({ "src/main.rs": "edited" }))],
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
  await recordParts(place, built(before));
  expect(await stepReason(place, built(now))).toBe(reason);
});

test("what was built counts by project and by the step's name, and only what was recorded", async () => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap" } };
  await recordParts(place, built(before));
  const never = "it was not built here before";
  expect(await stepReason({ ...place, project: "/elsewhere" }, built(before))).toBe(never);
  expect(await stepReason(place, built(withStep({ name: "other" })))).toBe(never);
  expect(await stepReason(place, built(withStep({ name: "other" })))).toBe(never);
});

test("another sandbox is a reason", async () => {
  await using rig = engineRig({});
  const place = { store: rig.store, project: "/project", sandbox: { identity: "bwrap" } };
  await recordParts(place, built(before));
  expect(await stepReason({ ...place, sandbox: { identity: "none" } }, built(before))).toBe(
    "the sandbox changed",
  );
});
