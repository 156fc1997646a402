import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Message } from "../../src/cargo/plan/message.ts";
import { freshUnits } from "../../src/units/keep/freshUnits.ts";
import { type StoreRig, storeRig } from "../store/rig.ts";
import { type Recording, recording } from "./recording.ts";

let rig: StoreRig;
let build: Recording;
beforeEach(() => {
  rig = storeRig();
  build = recording("release");
});
afterEach(async () => {
  build[Symbol.dispose]();
  await rig[Symbol.asyncDispose]();
});

const root = "release";

/** The build's messages, as if each unit had been found fresh but for those that have a file of that name. */
function messages(compiled = "nothing"): Message[] {
  return build.messages.map((message) =>
    message.type === "compiler-artifact"
      ? { ...message, fresh: !message.filenames.some((file) => file.includes(compiled)) }
      : message,
  );
}

/** Whether the unit that was restored with the fingerprint that the build left is fresh after it. */
async function isFresh(directory: string, build: Pick<Recording, "messages" | "reader">): Promise<boolean> {
  return freshUnits(rig.store, build)(await restored(directory), { root, directory });
}

async function restored(directory: string) {
  const at = `${root}/.fingerprint/${directory}`;
  const names = readdirSync(join(build.directory, at));
  const files = names.map((name) => [`${at}/${name}`, readFileSync(join(build.directory, at, name), "utf8")]);
  return { record: { tree: await rig.add(Object.fromEntries(files)) } };
}

const library = "shared-f63b213d05559182";
const ownLibrary = "app-2d2487efdaeacddc";
const script = "app-8989514062c41c4c";
const run = "app-5dd0d868cb465624";

test.each([library, ownLibrary, script, run])("%s, which Cargo found fresh, is", async (directory) => {
  expect(await isFresh(directory, { ...build, messages: messages() })).toBe(true);
});

test.each([
  ["a library", library, "libshared-f63b213d05559182.rlib"],
  ["a library of the workspace, of which only the metadata has a hash", ownLibrary, "libapp-2d2487"],
  ["a build script", script, "app-8989514062c41c4c/build-script-build"],
])(
  "%s that Cargo says it compiled is not fresh, although its fingerprint is as before",
  async (_, directory, file) => {
    const compiled = messages(file);
    expect(await isFresh(directory, { ...build, messages: compiled })).toBe(false);
    const others = [library, ownLibrary, script, run].filter((each) => each !== directory);
    for (const other of others) expect(await isFresh(other, { ...build, messages: compiled })).toBe(true);
  },
);

test("a unit of Cargo's new layout that Cargo says it compiled is not fresh", async () => {
  const directory = "shared/f63b213d05559182";
  const file = `/build/target/release/build/${directory}/out/libshared.rlib`;
  const isFreshAfter = (fresh: boolean) => {
    const compiled = build.messages.flatMap((message) =>
      message.type === "compiler-artifact" ? [{ ...message, filenames: [file], fresh }] : [],
    );
    const reader = { locate: () => undefined };
    return freshUnits(rig.store, { messages: compiled, reader });
  };
  const tree = await rig.add({});
  expect(isFreshAfter(true)({ record: { tree } }, { root, directory })).toBe(true);
  expect(isFreshAfter(false)({ record: { tree } }, { root, directory })).toBe(false);
});

test("a build script that ran again is not fresh: its fingerprint is another one", async () => {
  const before = await restored(run);
  const fingerprint = `${root}/.fingerprint/${run}/run-build-script-build-script-build`;
  writeFileSync(join(build.directory, fingerprint), "0123456789abcdef");
  const after = freshUnits(rig.store, { ...build, messages: messages() });
  expect(after(before, { root, directory: run })).toBe(false);
});
