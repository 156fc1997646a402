import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { byCodeUnit } from "../src/base/digest.ts";
import { parseLock } from "../src/cargo/lock/parseLock.ts";
import { writeLock } from "../src/cargo/lock/writeLock.ts";
import { parseManifest } from "../src/cargo/manifest/parseManifest.ts";
import { type CachedLock, cachedLocks } from "./cachedLocks.ts";
import { damagedText } from "./damagedText.ts";
import { markdownTable } from "./markdownTable.ts";
import { publishedSource } from "./publishedSource.ts";
import { realPrograms } from "./realPrograms.ts";
import { seededRandom } from "./seededRandom.ts";
import { versionLine, versions } from "./versions.ts";
import { workDirectory } from "./workDirectory.ts";

const { damages, seed } = new Command("test:locks")
  .description(
    "read the lock files of published crates, write them back, and read damaged copies of them and of their manifests",
  )
  .option("--damages <count>", "damaged copies of each file", count, 2)
  .option("--seed <number>", "decides the damages", count, 1)
  .parse()
  .opts<{ damages: number; seed: number }>();

/** Fewer would say little. */
const wanted = 200;

await using work = await workDirectory("locks");
for (const { crate, version } of realPrograms) await publishedSource(crate, version, join(work.path, crate));

const random = seededRandom(seed);
const failures: string[] = [];
const tally = new Map<string, { locks: number; packages: number }>();
let read = 0;
let refused = 0;
let damaged = 0;
for await (const one of cachedLocks()) {
  read++;
  writeBack(one);
  for (let time = 0; time < damages; time++) {
    survive(`${one.crate}: Cargo.lock`, () => parseLock("Cargo.lock", damagedText(one.lock, random)));
    survive(`${one.crate}: Cargo.toml`, () => parseManifest("Cargo.toml", damagedText(one.manifest, random)));
  }
}

const rows = [...tally]
  .sort(([a], [b]) => byCodeUnit(a, b))
  .map(([version, { locks, packages }]) => [version, String(locks), String(packages)]);
const result = [
  `${read} lock files of published crates written back unchanged`,
  `${damaged} damaged files read, ${refused} of them refused with a diagnostic, none with a crash`,
];
console.log(failures.length === 0 ? result.join("; ") : failures.join("\n"));
if (read < wanted) failures.push(`only ${read} lock files were found, which is less than ${wanted}`);
if (failures.length > 0) {
  console.error(failures.at(-1));
  process.exitCode = 1;
} else {
  const page = `# Lock files of published crates

Each \`Cargo.lock\` that was published with a crate in Cargo's download cache was parsed and written again, and the two
were equal to the byte. The crates are those that the programs in \`scripts/realPrograms.ts\` need, and what else the
cache holds. Then ${damages} damaged copies (flipped bits, cut ends, words that changed places, doubled and lost lines,
marks of a merge conflict) of each lock and each manifest were read: ${damaged} files, of which ${refused} were refused with a
diagnostic, and none made the reader crash. \`npm run test:locks\` does it again.

${markdownTable(["version of the lock", "lock files", "packages in them"], rows)}

Made with ${versionLine(await versions())}.
`;
  await writeFile(join(import.meta.dirname, "../docs/lock-files.md"), page);
}

function writeBack({ crate, lock: text }: CachedLock): void {
  const lock = parseLock("Cargo.lock", text);
  if (!lock.ok) {
    failures.push(`${crate}: ${lock.error.message}`);
    return;
  }
  if (writeLock(lock.value) !== text.replaceAll("\r\n", "\n")) failures.push(`${crate}: comes back changed`);
  const { version, packages } = lock.value;
  const before = tally.get(String(version)) ?? { locks: 0, packages: 0 };
  tally.set(String(version), { locks: before.locks + 1, packages: before.packages + packages.length });
}

function survive(what: string, parse: () => { readonly ok: boolean }): void {
  damaged++;
  try {
    if (!parse().ok) refused++;
  } catch (thrown) {
    failures.push(`${what}, seed ${seed}: ${thrown instanceof Error ? thrown.stack : thrown}`);
  }
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError("expected a whole number");
  return number;
}
