import { lstatSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type Diagnostic, diagnostic, type Place } from "../base/diagnostic.ts";
import { byCodeUnit } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isDay, parseChannel, strangeTo } from "../cargo/config/channel.ts";
import { placeOf } from "../cargo/toml/placeOf.ts";
import { readToml, type TomlReader } from "../cargo/toml/readToml.ts";
import { parseToml } from "../cargo/toml/toml.ts";
import { replaceFile } from "../tree/replaceFile.ts";

/** The file, beside `Cargo.lock`, in which Gantry writes what it resolved. */
export const gantryLock = "gantry.lock";

/** Its path. @param project what has it, for its root */
export function gantryLockOf({ root }: { readonly root: string }): string {
  return `${root}/${gantryLock}`;
}

/** The kinds of what `gantry.lock` pins, and what it says of each. A new kind is a row here. */
const fieldsOf = {
  "base-system": ["description", "digest"],
  toolchain: ["date", "release", "manifest"],
  tool: ["version", "checksum"],
} as const;

type PinKind = keyof typeof fieldsOf;

type PinOf<Kind extends PinKind> = { readonly [field in (typeof fieldsOf)[Kind][number]]: string };

/**
 * What the name of a channel means for everybody who has the project, one release: `date`, the day by which a server knows
 * it (`2026-04-16`); `release`, what its compiler is called (`1.95.0 (59807616e 2026-04-14)`); `manifest`, the SHA-256 of
 * the channel's manifest, which has those of all components, for every platform.
 */
export type ToolchainPin = PinOf<"toolchain">;

/** Which version of a published program is meant: `version`, and `checksum`, the SHA-256 of its `.crate` file. */
export type ToolPin = PinOf<"tool">;

/**
 * Which base system of a platform is meant, `linux-x86_64`: `description`, what people know it by (`Debian 12, gcc 12.2.0`), and
 * `digest`, that of its tree.
 */
export type BasePin = PinOf<"base-system">;

/** By kind, and by the name of what was resolved. */
export type Pins = { readonly [Kind in PinKind]: ReadonlyMap<string, PinOf<Kind>> };

/**
 * What `gantry.lock` pins; nothing where there is no such file. Each field is of the form that Gantry writes, and none
 * contradicts the name of its entry.
 *
 * Errors: `toml-syntax`, `gantry-lock-invalid`, `gantry-lock-unusable`.
 *
 * @param file its path
 * @example
 * readGantryLock("gantry.lock") // ok({ toolchain: Map { "nightly" => { date: "2026-05-15", … } }, tool: Map {}, "base-system": Map {} })
 */
export function readGantryLock(file: string): Result<Pins> {
  const text = textIn(file);
  if (!text.ok) return text;
  if (text.value === undefined)
    return ok({ "base-system": new Map(), tool: new Map(), toolchain: new Map() });
  const document = parseToml(basename(file), text.value);
  if (!document.ok) return err({ ...document.error, help: [...document.error.help, ofTwoBranches] });
  const { root, finish } = readToml(document.value, "gantry-lock-invalid");
  if (root.value("version") === undefined)
    root.fail("version", "`gantry.lock` has no `version`", "`version = 1` is missing");
  else if (root.value("version") !== 1)
    root.fail("version", "this Gantry reads `gantry.lock` of version 1", "update Gantry");
  const unknown = Object.keys(root.table).find((key) => key !== "version" && !(key in fieldsOf));
  // To pass it over would be to lose it when the file is written.
  if (unknown !== undefined)
    root.fail(
      unknown,
      `\`gantry.lock\` pins a \`${unknown}\`, which this Gantry does not know`,
      "update Gantry",
    );
  const head = finish(undefined);
  if (!head.ok) {
    const isOfBase = root.table["base-system"] !== undefined;
    const help = root.table.version === undefined ? [isOfBase ? restored : anew] : [];
    return err({ ...head.error, help: [...head.error.help, ...help] });
  }
  const pinsOf = <Kind extends PinKind>(kind: Kind): ReadonlyMap<string, PinOf<Kind>> =>
    new Map(
      root.children(kind).map(([name, of]) => {
        const fields = fieldsOf[kind].map((field) => [field, of.required(field)] as const);
        const pin = Object.fromEntries(fields) as PinOf<Kind>;
        checkForm(of, pin);
        return [name, pin];
      }),
    );
  const bases = pinsOf("base-system");
  for (const [name] of root.children("base-system"))
    if (!/^[a-z]+-[a-z0-9_]+$/.test(name))
      root
        .child("base-system")
        ?.fail(
          name,
          `\`gantry.lock\` pins a base system of \`${name}\`, which is no platform`,
          "expected one as in `linux-x86_64`",
        );
  const ofBases = finish(undefined);
  if (!ofBases.ok) return err({ ...ofBases.error, help: [...ofBases.error.help, ...baseAnew] });
  const pins: Pins = {
    "base-system": bases,
    tool: pinsOf("tool"),
    toolchain: pinsOf("toolchain"),
  };
  for (const [name, of] of root.children("toolchain")) checkRelease(name, of, pins.toolchain.get(name));
  for (const [name, of] of root.children("tool")) {
    const version = /@(.*)/.exec(name)?.[1];
    if (version !== undefined && pins.tool.get(name)?.version !== version)
      of.fail("version", `\`gantry.lock\` pins \`${name}\` to another version`, `expected \`${version}\``);
  }
  const read = finish(pins);
  return read.ok ? read : err({ ...read.error, help: [...read.error.help, entryAnew] });
}

const ofTwoBranches =
  "what a merge left twice: keep one side of each, or, of a toolchain or a tool, delete the entry and build";
const entryAnew = "delete the entry: the next build resolves it anew";
/** No build pins one: without the entry, all go on with what each machine has. */
const baseAnew = [
  "restore the entry from version control: no build writes it",
  "or delete it, and pin a base system anew: gantry cache push --base-system",
];
const restored = "restore it from version control: it pins a base system, which no build writes anew";
const anew = "restore it from version control, or remove it: the next build writes it anew";

/** The text of the lock; undefined where there is none. */
function textIn(file: string): Result<string | undefined> {
  const [name, found] = [basename(file), lstatSync(file, { throwIfNoEntry: false })];
  if (!found) return ok(undefined);
  if (found.isSymbolicLink() && !statSync(file, { throwIfNoEntry: false }))
    return err(
      unusable(`\`${name}\` is a link that leads nowhere`, "restore the file that it leads to, or remove it"),
    );
  if (!statSync(file).isFile()) return err(unusable(`\`${name}\` is no file`, anew));
  try {
    return ok(readFileSync(file, "utf8"));
  } catch (thrown) {
    return err(unusable(`\`${name}\` cannot be read`, "make it readable for you", thrown));
  }
}

function unusable(message: string, help: string, thrown?: unknown): Diagnostic {
  return diagnostic("gantry-lock-unusable", message, {
    help: [help],
    causes: thrown instanceof Error ? [thrown.message] : [],
  });
}

/** How each field is written. */
const forms: Readonly<Record<string, { readonly is: (text: string) => boolean; readonly as: string }>> = {
  date: { is: isDay, as: "a day, as in `2026-04-16`" },
  release: {
    is: (text) => /^\d+\.\d+\.\d+\S*( \(.+\))?$/.test(text),
    as: "what a compiler is called, as in `1.95.0 (59807616e 2026-04-14)`",
  },
  version: { is: (text) => /^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(text), as: "a version, as in `0.20.0`" },
  description: {
    is: (text) => /^[\x20-\x7e]{1,200}$/.test(text),
    as: "what people know it by, as in `Debian 12, gcc 12.2.0`",
  },
  digest: { is: isSha256, as: "a SHA-256, of 64 hexadecimal digits" },
  manifest: { is: isSha256, as: "a SHA-256, of 64 hexadecimal digits" },
  checksum: { is: isSha256, as: "a SHA-256, of 64 hexadecimal digits" },
};

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function checkForm(of: TomlReader, pin: Readonly<Record<string, string>>): void {
  for (const [field, text] of Object.entries(pin)) {
    const form = forms[field];
    if (form && !form.is(text))
      of.fail(field, `\`${field}\` of \`${of.path.at(-1)}\` is malformed`, `expected ${form.as}`);
  }
}

/** What a name says by itself needs no server. */
function checkRelease(name: string, of: TomlReader, pin: ToolchainPin | undefined): void {
  const channel = parseChannel(name, "");
  const strange = channel && pin && strangeTo(channel, pin);
  if (strange)
    of.fail(
      strange.field,
      `\`gantry.lock\` pins \`${name}\` to a release that is not of that name`,
      `expected ${strange.takes}`,
    );
}

/** The place of a field of an entry, for messages. */
export function placeOfPin<Kind extends PinKind>(
  file: string,
  kind: Kind,
  { name, field }: { readonly name: string; readonly field: keyof PinOf<Kind> & string },
): Place | undefined {
  const text = textIn(file);
  const document = text.ok && text.value !== undefined ? parseToml(basename(file), text.value) : undefined;
  return document?.ok ? placeOf(document.value, [kind, name, field]) : undefined;
}

/**
 * Adds a pin to `gantry.lock`, or puts it in the place of the one that has its name. Each pin has its own table, at its place
 * by name, so that a change is a small difference to review, and changes of two people merge. A link stays one.
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
  try {
    replaceFile(file, textOfPins(pins));
    return ok();
  } catch (thrown) {
    return err(
      unusable(
        `\`${basename(file)}\` cannot be written`,
        "make it, and the directory that it lies in, writable for you",
        thrown,
      ),
    );
  }
}

function textOfPins(pins: Pins): string {
  const kinds: readonly PinKind[] = ["base-system", "tool", "toolchain"];
  const tables = kinds.flatMap((kind) => {
    const entries = [...pins[kind]].sort(([a], [b]) => byCodeUnit(a, b));
    return entries.map(
      ([name, pin], index) => `${index === 0 ? above[kind] : ""}${tableOf(kind, name, pin)}`,
    );
  });
  return `${[head, ...tables].join("\n\n")}\n`;
}

function tableOf(kind: PinKind, name: string, pin: Readonly<Record<string, string>>): string {
  const lines = fieldsOf[kind].map((field) => `${field} = ${JSON.stringify(pin[field])}`);
  return [`[${kind}.${JSON.stringify(name)}]`, ...lines].join("\n");
}

/** What is said before the first entry of a kind. */
const above: Readonly<Record<PinKind, string>> = {
  "base-system": "# No build writes this one. To renew it: gantry cache push --base-system\n",
  tool: "",
  toolchain: "",
};

const head = `# What Gantry resolved: commit it. To take what is newest today, delete an entry and build.
version = 1`;
