import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { BaseImage } from "../../../src/derivation/image.ts";
import { provideBaseImage } from "../../../src/fetch/image/baseImage.ts";
import { blobPath, mediaTypes, writeLayout } from "../../../src/oci/layout.ts";
import { readImage } from "../../../src/oci/readLayout.ts";
import { imageRig } from "../../engine/image/rig.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { storeRig } from "../../store/rig.ts";

const rig = imageRig();
const stores = storeRig();
afterAll(async () => {
  rig[Symbol.dispose]();
  await stores[Symbol.asyncDispose]();
});

async function imageFor(architecture: string) {
  const { layout } = await rig.assemble({ app: { "bin/app": architecture } }, { architecture });
  const image = readImage(layout);
  if (!image.ok) throw new Error(image.error);
  return { layout, ...image.value };
}

function provide(image: Omit<Extract<BaseImage, { path: string }>, "type">, env: NodeJS.ProcessEnv = {}) {
  const { store } = stores;
  const context = { store, root: "/project", env, offline: true, signal: AbortSignal.timeout(60_000) };
  return provideBaseImage({ ...context, onFetch: () => {} }, { type: "base-image", ...image });
}

async function refused(...args: Parameters<typeof provide>) {
  const made = await provide(...args);
  if (made.ok) throw new Error("it was provided");
  return made.error;
}

test("a layout and its archive are the same image, which the store keeps", async () => {
  const { layout, digest } = await imageFor("amd64");
  const archive = join(layout, "../archive.tar");
  execFileSync("tar", ["-cf", archive, "-C", layout, "."]);
  const tree = valueOfResult(await provide({ path: archive, digest, architecture: "amd64" }));
  expect(readImage(stores.store.pathOf(tree))).toMatchObject({ ok: true, value: { digest } });
  rmSync(layout, { recursive: true });
  expect(await provide({ path: layout, digest, architecture: "amd64" })).toEqual({ ok: true, value: tree });
});

test("of an index it is the image for the processor, and nothing of the others is kept", async () => {
  const images = [await imageFor("amd64"), await imageFor("arm64")];
  const both = rig.tree({});
  const layout = writeLayout(both);
  for (const image of images) cpSync(image.layout, both, { recursive: true });
  const index = layout.addJson(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ digest, config }) => ({
      mediaType: mediaTypes.manifest,
      digest,
      size: 1,
      platform: { architecture: config.architecture, os: "linux" },
    })),
  });
  const tree = valueOfResult(await provide({ path: both, digest: index.digest, architecture: "arm64" }));
  expect(readImage(stores.store.pathOf(tree))).toMatchObject({
    ok: true,
    value: { digest: images[1]?.digest },
  });
  expect(readdirSync(join(stores.store.pathOf(tree), "blobs/sha256"))).toHaveLength(4);
  const { notes } = await refused({ path: both, digest: index.digest, architecture: "riscv64" });
  expect(notes).toEqual(["it is for linux/amd64, linux/arm64, and not for linux/riscv64"]);
});

test("what is not what its digest says is refused: another digest, a blob that was changed, another processor", async () => {
  const { layout, digest, manifest } = await imageFor("s390x");
  const other = `sha256:${"0".repeat(64)}`;
  expect(await refused({ path: layout, digest: other, architecture: "s390x" })).toMatchObject({
    code: "image-base",
    notes: [`it has no \`${other}\``],
  });
  expect((await refused({ path: layout, digest, architecture: "amd64" })).notes).toEqual([
    "it is for linux/s390x, and not for linux/amd64",
  ]);
  const layer = blobPath(manifest.layers[0]?.digest ?? digest);
  writeFileSync(join(layout, layer), "changed");
  const { message, notes } = await refused({ path: layout, digest, architecture: "s390x" });
  expect(message).toBe(`\`${layout}\` is not the image with the digest \`${digest}\``);
  expect(notes[0]).toMatch(/^`blobs\/sha256\/[0-9a-f]{64}` has the digest `sha256:[0-9a-f]{64}`$/);
});

test.each([
  ["nothing", "/nowhere/base", "image-base-missing", "the base image `/nowhere/base` does not exist"],
  [
    "no layout",
    import.meta.dirname,
    "image-base",
    `the base image \`${import.meta.dirname}\` is no image layout`,
  ],
  [
    "no archive",
    import.meta.filename,
    "image-base",
    `the base image \`${import.meta.filename}\` is no image layout`,
  ],
])("where there is %s, it is said", async (_, path, code, message) => {
  const digest = `sha256:${"1".repeat(64)}`;
  expect(await refused({ path, digest, architecture: "amd64" })).toMatchObject({ code, message });
});

test("without a network an image of a registry is there only if the store has it", async () => {
  const { store } = stores;
  const image: BaseImage = {
    type: "base-image",
    repository: "registry.example.org/base",
    digest: `sha256:${"2".repeat(64)}`,
    architecture: "amd64",
  };
  const context = {
    store,
    root: "/",
    env: { PATH: "" },
    signal: AbortSignal.timeout(60_000),
    onFetch: () => {},
  };
  expect(await provideBaseImage({ ...context, offline: true }, image)).toMatchObject({
    ok: false,
    error: { code: "image-offline" },
  });
  expect(await provideBaseImage({ ...context, offline: false }, image)).toMatchObject({
    ok: false,
    error: { code: "skopeo-missing" },
  });
});
