import { afterAll, expect, test } from "vitest";
import type { Source } from "../../../src/derivation/model.ts";
import { inputResolver } from "../../../src/engine/inputs/inputResolver.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const project = tempProject({ "a.txt": "a", "b.txt": "b" });
afterAll(() => project[Symbol.dispose]());

function onlyFile(name: string): Source {
  return { type: "source", root: ".", filter: { kind: "where", keep: (path) => path === name } };
}

test("filters of one text and other closures are two sources", async () => {
  using store = valueOfResult(openStore(project.store));
  const { root } = project;
  const manifest = `${root}/Cargo.toml`;
  const resolve = inputResolver({
    store,
    project: { root, manifest, nearestManifest: manifest, lock: `${root}/Cargo.lock`, cargoConfigs: [] },
    env: {},
    offline: true,
    frozen: false,
    emit: () => undefined,
    signal: new AbortController().signal,
  });
  const outputOf = () => Promise.reject(new Error("no step is asked for"));
  const kept = [onlyFile("a.txt"), onlyFile("b.txt")].map(async (source) =>
    valueOfResult(await resolve(source, outputOf)).files?.map(({ path }) => path),
  );
  expect(await Promise.all(kept)).toEqual([["a.txt"], ["b.txt"]]);
});
