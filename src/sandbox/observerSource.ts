import { existsSync, readdirSync, readFileSync } from "node:fs";
import { byCodeUnit, type Digest, digestOf } from "../base/digest.ts";

/**
 * What the program that observes commands sees of files, which is in the keys of units: so this is in every key itself. It is
 * the digest of the source that first saw it so. Whoever changes the source decides in `test/sandbox/observerSource.test.ts`
 * whether it sees otherwise.
 */
export const observes = "bcdddeb7e3ba776714183d88e94aca72226f61e19928f4148ec8348852b8aad7";

/** The source of that program, see `observer/observe.rs`. */
export const observerSource: ProgramSource = sourceIn("observer");

/** The source of the program that starts tests, see `testRunner/run.rs`. */
export function testRunnerSource(): ProgramSource {
  return sourceIn("testRunner");
}

/** The source of the program that enters a sandbox, see `entry/enter.c`. */
export function entrySource(): ProgramSource {
  entry ??= sourceIn("entry");
  return entry;
}

let entry: ProgramSource | undefined;

/** The source of a program that runs in the sandbox, or before it. */
export type ProgramSource = { readonly directory: string; readonly digest: Digest };

function sourceIn(name: string): ProgramSource {
  // Beside this file, or where the bundle has it.
  const places = [name, `../src/sandbox/${name}`].map((place) => `${import.meta.dirname}/${place}`);
  const directory = places.find((place) => existsSync(place));
  if (directory === undefined) throw new Error(`no source of the ${name} at ${places.join(" or ")}`);
  const files = readdirSync(directory).sort(byCodeUnit);
  const texts = files.map((file) => `${file}\0${readFileSync(`${directory}/${file}`, "utf8")}\0`);
  return { directory, digest: digestOf(texts.join("")) };
}
