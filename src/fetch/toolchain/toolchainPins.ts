import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { readToml } from "../../cargo/toml/readToml.ts";
import { parseToml } from "../../cargo/toml/toml.ts";

/** What the name of a channel means for everybody who has the project: one release. */
export type ToolchainPin = {
  /** The day of the release, by which a server knows it: `2026-04-16`. */
  readonly date: string;
  /** What the compiler of the release is called: `1.95.0 (59807616e 2026-04-14)`. */
  readonly release: string;
  /** SHA-256 of the channel's manifest, which has those of all components, for every platform. */
  readonly manifest: string;
};

export type ToolchainPins = ReadonlyMap<string, ToolchainPin>;

/** The file, beside `Cargo.lock`, in which Gantry writes what it resolved. */
export const gantryLock = "gantry.lock";

/**
 * The channels that `gantry.lock` pins, by name; none where there is no such file.
 *
 * Errors: `toml-syntax`, `gantry-lock-invalid`.
 *
 * @param file its path
 */
export function readToolchainPins(file: string): Result<ToolchainPins> {
  if (!existsSync(file)) return ok(new Map());
  const document = parseToml(basename(file), readFileSync(file, "utf8"));
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "gantry-lock-invalid");
  if (root.value("version") !== 1)
    root.fail("version", "this Gantry reads `gantry.lock` of version 1", "update Gantry");
  const pins = root.children("toolchain").map(([channel, of]) => {
    const [date, release, manifest] = ["date", "release", "manifest"].map((key) => of.required(key));
    return [channel, { date, release, manifest } as ToolchainPin] as const;
  });
  return finish(new Map(pins));
}

/** Writes the pins, each at its place by name, so that a change is a small difference to review. */
export function writeToolchainPins(file: string, pins: ToolchainPins): void {
  const entries = [...pins].sort(([a], [b]) => byCodeUnit(a, b));
  const tables = entries.map(([channel, { date, release, manifest }]) => {
    const lines = Object.entries({ date, release, manifest });
    return [
      "",
      `[toolchain.${JSON.stringify(channel)}]`,
      ...lines.map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
    ];
  });
  const text = [head, ...tables.flat(), ""].join("\n");
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const head = `# What Gantry resolved. To be committed; without an entry, its channel is resolved anew.
version = 1`;
