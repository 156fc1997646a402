import { posix } from "node:path";
import { type Diagnostic, diagnostic, type Place, placeAt } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { placeOf } from "../toml/placeOf.ts";
import { ifDefined, readToml, type TomlReader } from "../toml/readToml.ts";
import { isTable, parseToml } from "../toml/toml.ts";
import { isDay } from "./channel.ts";

/** What `rust-toolchain.toml`, or the older `rust-toolchain`, asks of rustup. */
type ToolchainFile = {
  /** `stable`, `1.95.0`, `nightly-2026-03-01`, … Absent: rustup's default, or `path`. */
  readonly channel?: string;
  /** The absolute path of a directory that has a toolchain; excludes all else. */
  readonly path?: string;
  readonly components: readonly string[];
  /** Triples: `targets` in the file. */
  readonly platforms: readonly string[];
  /** What is installed where the toolchain is not there yet. Absent: rustup's setting, usually `default`. */
  readonly profile?: "minimal" | "default" | "complete";
};

const keys = ["channel", "path", "components", "targets", "profile"];
const profiles = ["minimal", "default", "complete"] as const;

/**
 * Reads `rust-toolchain.toml`, or `rust-toolchain`, as rustup 1.29 does: a `rust-toolchain` of one line has nothing but a
 * name (https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file).
 *
 * Errors: `toml-syntax`, `toolchain-invalid`.
 *
 * @example
 * parseToolchainFile("rust-toolchain", "1.95.0\n") // { channel: "1.95.0", components: [], platforms: [] }
 */
export function parseToolchainFile(file: string, text: string): Result<ToolchainFile> {
  if (text.trim() === "") return err(isEmpty(file));
  if (isOneName(file, text)) {
    const name = text.trim();
    const wrong = name.startsWith("/") ? undefined : wrongName(name);
    if (wrong === undefined) return ok({ channel: name, components: [], platforms: [] });
    const place = placeAt(file, text, text.indexOf(name), name.length);
    return err(diagnostic("toolchain-invalid", wrong, { place }));
  }
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "toolchain-invalid");
  const table = root.child("toolchain");
  if (table) return finish(readToolchain(table));
  const broken = finish(undefined);
  return broken.ok
    ? err(
        noTable(
          file,
          keys.filter((key) => root.value(key) !== undefined),
        ),
      )
    : broken;
}

function isOneName(file: string, text: string): boolean {
  const lines = text.replace(/\n$/, "").split("\n");
  return posix.basename(file) === "rust-toolchain" && lines.length === 1 && !text.startsWith("[");
}

function readToolchain(table: TomlReader): ToolchainFile {
  const channel = table.string("channel");
  const path = table.string("path");
  const other = keys.find((key) => key !== "path" && table.value(key) !== undefined);
  const wrong = channel === undefined ? undefined : wrongName(channel);
  if (wrong !== undefined) table.fail("channel", wrong, wrongHere(channel ?? ""));
  if (path !== undefined && other !== undefined)
    table.fail(other, `\`toolchain.${other}\` cannot stand beside \`toolchain.path\``, "remove one of them");
  // Rustup, too, refuses any other.
  if (path !== undefined && !path.startsWith("/"))
    table.fail("path", `\`toolchain.path\` must be absolute, and is \`${path}\``, "begin it with `/`");
  const profile = readProfile(table);
  const says = ["channel", "path", "components", "targets"].some((key) => table.value(key) !== undefined);
  if (!says)
    table.fail("channel", "`[toolchain]` names no toolchain", "it takes `channel`, or `path`, or components");
  return {
    ...ifDefined({ channel, path, profile }),
    components: table.strings("components") ?? [],
    platforms: table.strings("targets") ?? [],
  };
}

/** Why no toolchain can have such a name. */
function wrongName(name: string): string | undefined {
  const [, date] = /^(?:stable|beta|nightly)-(\d{4}-\d{2}-\d{2})$/.exec(name) ?? [];
  if (date !== undefined && !isDay(date)) return `there is no day \`${date}\``;
  if (name === "") return "`toolchain.channel` is empty";
  return /[\s/]/.test(name) ? `no toolchain can be called \`${name}\`` : undefined;
}

function wrongHere(name: string): string | undefined {
  if (name.includes("/")) return "a directory is named by `path`";
  return name === name.trim() ? undefined : "remove the blanks around it";
}

function readProfile(table: TomlReader): ToolchainFile["profile"] {
  const profile = table.string("profile");
  const known = profiles.find((each) => each === profile);
  if (profile !== undefined && known === undefined)
    table.fail("profile", `unknown profile \`${profile}\``, "expected `minimal`, `default` or `complete`");
  return known;
}

/**
 * Warnings of keys that mean nothing, which rustup 1.29 passes over in silence.
 *
 * @param file what the file is called
 */
export function unusedKeys(file: string, text: string): readonly Diagnostic[] {
  if (isOneName(file, text)) return [];
  const document = parseToml(file, text);
  if (!document.ok) return [];
  const { toolchain } = document.value.table;
  const unused = isTable(toolchain) ? Object.keys(toolchain).filter((key) => !keys.includes(key)) : [];
  return unused.map((key) => {
    const meant = nearest(key, keys);
    return diagnostic("toolchain-unused-key", `unused key \`toolchain.${key}\``, {
      place: placeOf(document.value, ["toolchain", key], "key"),
      notes: meant === undefined ? ["rustup does not know it either"] : [],
      help: meant === undefined ? [] : [`did you mean \`${meant}\`?`],
    });
  });
}

/** Where a toolchain file names one of these channels, components or platforms, if it does. */
export function placeOfName(file: string, text: string, names: readonly string[]): Place | undefined {
  if (isOneName(file, text))
    return names.includes(text.trim()) ? placeAt(file, text, 0, text.trim().length) : undefined;
  const document = parseToml(file, text);
  const table = document.ok ? document.value.table.toolchain : undefined;
  if (!document.ok || !isTable(table)) return undefined;
  for (const key of ["components", "targets", "channel"]) {
    const value = table[key];
    const index = Array.isArray(value) ? value.findIndex((each) => names.includes(String(each))) : -1;
    if (index >= 0) return placeOf(document.value, ["toolchain", key, index]);
    if (typeof value === "string" && names.includes(value))
      return placeOf(document.value, ["toolchain", key]);
  }
  return undefined;
}

function isEmpty(file: string): Diagnostic {
  return diagnostic("toolchain-invalid", `\`${file}\` is empty`, {
    place: { file, line: 1, column: 1 },
    help: ['remove it, or write into it: [toolchain] channel = "stable"'],
  });
}

function noTable(file: string, stray: readonly string[]): Diagnostic {
  return diagnostic("toolchain-invalid", `\`${file}\` has no \`[toolchain]\``, {
    place: { file, line: 1, column: 1 },
    help:
      stray.length > 0
        ? ["write `[toolchain]` above the first line"]
        : ['write into it: [toolchain] channel = "stable"'],
  });
}
