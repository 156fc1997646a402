import { mkdirSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { packToolchains } from "../../../../src/fetch/toolchain/pack/packToolchain.ts";
import { storeRig } from "../../../store/rig.ts";

test.each(["tar", "tar.zst", "tar.xz"])("an interruption leaves nothing of a `.%s`", async (ending) => {
  await using rig = storeRig();
  const names = Array.from({ length: 20 }, (_, number) => number);
  const tree = await rig.add({
    "lib/rustlib/components": "rust-src\n",
    ...Object.fromEntries(names.map((name) => [`lib/${name}.rs`, `${name}`.padEnd(200_000, "x")])),
  });
  const place = `${rig.root}/../place`;
  mkdirSync(place);
  for (const after of [0, 1_000_000]) {
    const controller = new AbortController();
    const packed = await packToolchains([{ channel: "1.95.0", tree, manifest: "0".repeat(64) }], {
      store: rig.store,
      to: `${place}/t.${ending}`,
      signal: controller.signal,
      onProgress: (done) => done > after && controller.abort(),
    });
    expect(packed).toMatchObject({ ok: false, error: { code: "interrupted" } });
    expect(readdirSync(place)).toEqual([]);
    expect(readdirSync(`${rig.root}/tmp`)).toEqual([]);
  }
});
