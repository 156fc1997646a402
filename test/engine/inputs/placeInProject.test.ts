import { afterAll, expect, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { placedInProject } from "../../../src/engine/inputs/placeInProject.ts";
import { tempProject } from "../../rig/tempProject.ts";

const { root, [Symbol.dispose]: remove } = tempProject({
  "gantry.config.ts": `const lib = crane.overrideToolchain(
  toolchains.nightly("2026-05-13", { components: ["miri", 'clippy'], targets: ["wasm33"] }),
);
const other = ["clippy"];
`,
  "rust-toolchain.toml": '[toolchain]\nchannel = "nightly"\ncomponents = ["miri"]\n',
});
afterAll(remove);

const project = {
  ...{ root, toolchainFile: `${root}/rust-toolchain.toml`, configuration: `${root}/gantry.config.ts` },
};

test.each([
  [
    "component `miri` for `x86_64` is not in `nightly-2026-05-13`",
    "gantry.config.ts:2:51",
    "rust-toolchain.toml:3:15",
  ],
  ["no release found for `nightly-2026-05-13`", "gantry.config.ts:2:22", undefined],
  ["no `clippy`, which is there twice", undefined, undefined],
  ["component `miri` is not in `nightly`", "gantry.config.ts:2:51", "rust-toolchain.toml:3:15"],
  ["no release found for `nightly`", undefined, "rust-toolchain.toml:2:11"],
])("what says %j names it", (message, inConfiguration, inFile) => {
  const of = (request: { readonly channel?: string }) => {
    const { place } = placedInProject(
      diagnostic("x", message),
      { ...request, components: [], targets: [] },
      project,
    );
    return place && `${place.file}:${place.line}:${place.column}`;
  };
  expect([of({ channel: "nightly-2026-05-13" }), of({})]).toEqual([inConfiguration, inFile]);
});

test("each of several has its own place", () => {
  const problem = { ...diagnostic("x", "no `miri`"), also: [diagnostic("x", "no `wasm33`")] };
  const placed = placedInProject(problem, { channel: "nightly", components: [], targets: [] }, project);
  expect([placed, ...(placed.also ?? [])].map(({ place }) => place?.column)).toEqual([51, 80]);
});
