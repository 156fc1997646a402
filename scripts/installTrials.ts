import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "./faultyServer.ts";
import type { PackedToolchain } from "./packedToolchain.ts";

/** One way in which an installation goes, right or wrong. */
export type InstallTrial = {
  readonly what: string;
  /** Default: the version that is served. */
  readonly channel?: string;
  readonly components?: readonly string[];
  readonly targets?: readonly string[];
  /** What is wrong with files below `/dist/`. */
  readonly faults?: Readonly<Record<string, Fault>>;
  readonly isDown?: true;
  /** Whether it is installed in the end. */
  readonly works?: true;
};

export function installTrials({
  directory,
  version,
  archives,
  further,
}: PackedToolchain): readonly InstallTrial[] {
  const cargo = archives.cargo ?? "";
  const name = `channel-rust-${version}.toml`;
  const text = readFileSync(join(directory, name), "utf8");
  const corrupted = readFileSync(join(directory, cargo));
  corrupted.fill(0, 1_000_000, 1_000_100);
  const hash = new RegExp(`(${cargo.replace(/.*\//, "")}"\nxz_hash = ")[0-9a-f]{64}`);
  return [
    { what: "all is well", components: ["clippy", "rustfmt"], works: true },
    {
      what: "`rust-src` and a further target, as they were published",
      components: further.filter((name) => name === "rust-src"),
      targets: further.flatMap((name) => /^rust-std-(.+)/.exec(name)?.[1] ?? []),
      works: true,
    },
    { what: "a version of two parts", channel: version.replace(/\.\d+$/, ""), works: true },
    { what: "a download breaks off in the middle", faults: { [cargo]: "breaks" }, works: true },
    { what: "a component is corrupted", faults: { [cargo]: corrupted } },
    {
      what: "the manifest has a wrong checksum of a component",
      faults: withSum(
        name,
        text.replace(hash, (_, before) => before + "0".repeat(64)),
      ),
    },
    { what: "the server lacks a component of the release", faults: { [cargo]: 404 } },
    { what: "the release was made without a component", components: ["miri"] },
    { what: "a component is misspelt", components: ["clipy"] },
    { what: "a target has no standard library", targets: ["x86_64-unknown-helloos"] },
    { what: "there is no such release", channel: "1.299.0" },
    { what: "a day has no release", channel: "nightly-2026-05-20" },
    { what: "the manifest is no TOML", faults: withSum(name, "manifest-version = [\n") },
    {
      what: "the manifest is not that of its checksum",
      faults: { [name]: Buffer.from(`${text}\n# more\n`) },
    },
    { what: "the server fails", faults: { [`${name}.sha256`]: 500, [name]: 500 } },
    { what: "the server is down", isDown: true },
  ];
}

function withSum(name: string, text: string): Record<string, Fault> {
  const sum = createHash("sha256").update(text).digest("hex");
  return { [name]: Buffer.from(text), [`${name}.sha256`]: Buffer.from(`${sum}  ${name}\n`) };
}
