import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { byCodeUnit } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import { readToml } from "../cargo/toml/readToml.ts";
import { parseToml } from "../cargo/toml/toml.ts";

/** The file, beside `Cargo.lock`, in which Gantry writes what it resolved. */
export const gantryLock = "gantry.lock";

/** The kinds of what `gantry.lock` pins, and what it says of each. A new kind is a row here. */
const fieldsOf = {
  toolchain: ["date", "release", "manifest"],
  tool: ["version", "checksum"],
} as const;

export type PinKind = keyof typeof fieldsOf;

export type PinOf<Kind extends PinKind> = { readonly [field in (typeof fieldsOf)[Kind][number]]: string };

/**
 * What the name of a channel means for everybody who has the project, one release: `date`, the day by which a server knows
 * it (`2026-04-16`); `release`, what its compiler is called (`1.95.0 (59807616e 2026-04-14)`); `manifest`, the SHA-256 of
 * the channel's manifest, which has those of all components, for every platform.
 */
export type ToolchainPin = PinOf<"toolchain">;

/** Which version of a published program is meant: `version`, and `checksum`, the SHA-256 of its `.crate` file. */
export type ToolPin = PinOf<"tool">;

/** By kind, and by the name of what was resolved. */
export type Pins = { readonly [Kind in PinKind]: ReadonlyMap<string, PinOf<Kind>> };

/**
 * What `gantry.lock` pins; nothing where there is no such file.
 *
 * Errors: `toml-syntax`, `gantry-lock-invalid`.
 *
 * @param file its path
 * @example
 * readGantryLock("gantry.lock") // ok({ toolchain: Map { "nightly" => { date: "2026-05-15", … } }, tool: Map {} })
 */
export function readGantryLock(file: string): Result<Pins> {
  if (!existsSync(file)) return ok({ toolchain: new Map(), tool: new Map() });
  const document = parseToml(basename(file), readFileSync(file, "utf8"));
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "gantry-lock-invalid");
  if (root.value("version") !== 1)
    root.fail("version", "this Gantry reads `gantry.lock` of version 1", "update Gantry");
  const unknown = Object.keys(root.table).find((key) => key !== "version" && !(key in fieldsOf));
  // To pass it over would be to lose it when the file is written.
  if (unknown !== undefined)
    root.fail(
      unknown,
      `\`gantry.lock\` pins a \`${unknown}\`, which this Gantry does not know`,
      "update Gantry",
    );
  const pinsOf = <Kind extends PinKind>(kind: Kind): ReadonlyMap<string, PinOf<Kind>> =>
    new Map(
      root.children(kind).map(([name, of]) => {
        const fields = fieldsOf[kind].map((field) => [field, of.required(field)] as const);
        return [name, Object.fromEntries(fields) as PinOf<Kind>];
      }),
    );
  return finish({ toolchain: pinsOf("toolchain"), tool: pinsOf("tool") });
}

/**
 * Adds a pin to `gantry.lock`, or puts it in the place of the one that has its name. Each pin has its own table, at its place
 * by name, so that a change is a small difference to review, and changes of two people merge.
 *
 * Errors: those of `readGantryLock`.
 */
export function pinIn<Kind extends PinKind>(
  file: string,
  kind: Kind,
  { name, pin }: { readonly name: string; readonly pin: PinOf<Kind> },
): Result<void> {
  const before = readGantryLock(file);
  if (!before.ok) return before;
  const pins: Pins = { ...before.value, [kind]: new Map([...before.value[kind], [name, pin]]) };
  // Another process may be writing it, too.
  const written = `${file}.${process.pid}.new`;
  writeFileSync(written, textOfPins(pins));
  renameSync(written, file);
  return ok();
}

function textOfPins(pins: Pins): string {
  const kinds: readonly PinKind[] = ["tool", "toolchain"];
  const tables = kinds.flatMap((kind) =>
    [...pins[kind]].sort(([a], [b]) => byCodeUnit(a, b)).map(([name, pin]) => tableOf(kind, name, pin)),
  );
  return `${[head, ...tables].join("\n\n")}\n`;
}

function tableOf(kind: PinKind, name: string, pin: Readonly<Record<string, string>>): string {
  const lines = fieldsOf[kind].map((field) => `${field} = ${JSON.stringify(pin[field])}`);
  return [`[${kind}.${JSON.stringify(name)}]`, ...lines].join("\n");
}

const head = `# What Gantry resolved: commit it. To take what is newest today, delete an entry and build.
version = 1`;
