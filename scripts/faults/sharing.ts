import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { newKey } from "../../src/cache/statement/keys.ts";
import type { TempProject } from "../../test/rig/tempProject.ts";
import { outputOf, rebuilt } from "./rebuilt.ts";

import { forgetShared, must, type Operation, type Place, run, type Subject, uploadersIn } from "./rig.ts";
import { bazelRemotePlace, directoryPlace, faultsOfShared, type SharedPlace } from "./sharedPlaces.ts";

type Sharing = {
  readonly project: TempProject;
  readonly place: Place;
  /** Its dependencies. */
  readonly crates: readonly string[];
  /** Has everything be compiled anew, and what comes out the same. */
  readonly configure: (round: number) => void;
};

/**
 * Three machines with one project and one shared cache: the subject's store pushes, a second one pulls, a third one reads what the
 * killed ones have left in the cache.
 */
export async function sharing({
  project,
  place,
  crates,
  configure,
}: Sharing): Promise<AsyncDisposable & Pick<Subject, "operations" | "fillings">> {
  const { store, root } = project;
  const base = dirname(root);
  const key = newKey("machine");
  const pushing: Place = { ...place, env: { ...place.env, GANTRY_CACHE_SIGN_WITH: key.secret } };
  const reading: Place = { ...place, env: { ...place.env, GANTRY_CACHE_TRUSTED_KEYS: key.trusted } };
  const sends: Place = { ...pushing, env: { ...pushing.env, GANTRY_CACHE_PUSH: "always" } };
  const waits: Place = { ...sends, env: { ...sends.env, CI: "true" } };
  const [second, third] = [join(base, "second"), join(base, "third")];
  const build = ["build", "--log-format", "json"];
  const [plain, edited] = ["fn main() {}\n", (round: number) => `fn main() {}\n// shared ${round}\n`];
  const builtHere = async () => {
    configure(0);
    project.write("src/main.rs", plain);
    return outputOf(await must([...build, "--store", store], place));
  };
  const whole = await builtHere();
  for (const machine of [second, third]) execFileSync("cp", ["-a", store, machine]);
  const forget = async (machine: string) => {
    rmSync(join(root, "result"), { force: true });
    forgetShared(machine);
    await must(["store", "gc", "--older-than", "1d", "--store", machine], place);
  };
  const everything = [...crates, "app"];
  const places = [
    directoryPlace(join(base, "cache")),
    await bazelRemotePlace("http"),
    await bazelRemotePlace("grpc"),
  ] as const;
  const [directory, http, grpc] = places;
  const at = (shared: SharedPlace, machine: string) => ["--store", machine, "--cache", shared.url()];
  const looks = (shared: SharedPlace) => faultsOfShared(shared, { base, trusted: key.trusted });
  const push = (shared: SharedPlace) => ["cache", "push", ...at(shared, store)];
  const done = async (words: readonly string[], where: Place): Promise<string[]> => {
    const { status, out, err } = await run(words, where);
    return status === 0 && !err.includes("warning[") ? [] : [`${words.join(" ")}: ${status}\n${out}${err}`];
  };
  /** The third machine builds by what is in the cache. */
  const thirdBuilds = async (shared: SharedPlace, mayCompile: readonly string[]) => {
    await forget(third);
    return await rebuilt([...build, ...at(shared, third)], reading, { whole, mayCompile });
  };
  /** By turns: the third machine meets what was left; or all is sent again, and nobody has to compile any more. */
  const afterSending = async (shared: SharedPlace, round: number) => [
    ...(await looks(shared)),
    ...(round % 2 === 0 ? await thirdBuilds(shared, everything) : []),
    ...(await done(push(shared), pushing)),
    ...(await looks(shared)),
    ...(round % 2 === 0 ? [] : await thirdBuilds(shared, [])),
  ];
  const pushes = (shared: SharedPlace, share: number): Operation => ({
    name: `\`cache push\` to ${shared.name}`,
    share,
    begin: async () => void (await builtHere()),
    prepare: () => shared.empty(),
    words: () => push(shared),
    place: pushing,
    stores: [store, third],
    after: (round) => afterSending(shared, round),
  });
  const builds = (shared: SharedPlace, share: number, isWhole: boolean): Operation => ({
    name: `\`build\` of everything that sends to ${shared.name}, ${isWhole ? "with" : "without"} what sends`,
    share,
    prepare: (round) => configure(round),
    words: () => [...build, ...at(shared, store)],
    place: isWhole ? waits : sends,
    killsUploads: isWhole,
    stores: [store, third],
    async after(round) {
      const goesOn = await uploadersIn(root, 60_000);
      return [
        ...goesOn.map((pid) => `${pid} goes on sending`),
        ...(await rebuilt([...build, "--store", store, "--cache", "none"], place, {
          whole,
          mayCompile: everything,
        })),
        ...(await afterSending(shared, round)),
      ];
    },
  });
  const full = (shared: SharedPlace) => async () => {
    await builtHere();
    await shared.empty();
    await must(push(shared), pushing);
  };
  const pulls = (shared: SharedPlace, share: number): Operation => ({
    name: `\`cache pull\` from ${shared.name}`,
    share,
    begin: full(shared),
    prepare: () => forget(second),
    words: () => ["cache", "pull", ...at(shared, second)],
    place: reading,
    stores: [second],
    after: async () => [
      ...(await done(["cache", "pull", ...at(shared, second)], reading)),
      ...(await rebuilt([...build, "--store", second, "--cache", "none"], reading, {
        whole,
        mayCompile: [],
      })),
    ],
  });
  const fetches = (shared: SharedPlace, share: number): Operation => ({
    name: `\`build\` of an edit that fetches from ${shared.name}`,
    share,
    begin: full(shared),
    async prepare(round) {
      await forget(second);
      project.write("src/main.rs", edited(round));
    },
    words: () => [...build, ...at(shared, second)],
    place: reading,
    stores: [second],
    after: () => rebuilt([...build, ...at(shared, second)], reading, { whole, mayCompile: ["app"] }),
  });
  return {
    operations: [
      pushes(directory, 50),
      pushes(http, 35),
      pushes(grpc, 35),
      builds(directory, 40, false),
      builds(directory, 40, true),
      builds(http, 20, false),
      pulls(directory, 40),
      pulls(grpc, 40),
      fetches(directory, 40),
      fetches(http, 40),
    ],
    fillings(disk) {
      const there = join(disk, "store");
      const onDisk = directoryPlace(join(disk, "cache"));
      return [
        {
          name: "`cache push` to a directory there",
          room: 3,
          async prepare() {
            await builtHere();
            await onDisk.empty();
          },
          words: push(onDisk),
          place: pushing,
          isFull: ({ status, err }) => status === 1 && /error\[cache-not-sent\]/.test(err),
          after: async () => [
            ...(await looks(onDisk)),
            ...(await done(push(onDisk), pushing)),
            ...(await looks(onDisk)),
            ...(await thirdBuilds(onDisk, [])),
          ],
        },
        {
          name: "`cache pull` into the store there",
          room: 2,
          async prepare(round) {
            if (round === 0) await full(directory)();
            await forget(there);
          },
          words: ["cache", "pull", ...at(directory, there)],
          place: reading,
          after: () => rebuilt([...build, ...at(directory, there)], reading, { whole, mayCompile: [] }),
        },
      ];
    },
    async [Symbol.asyncDispose]() {
      for (const shared of places) await shared[Symbol.asyncDispose]();
    },
  };
}
