import { posix } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { ifDefined, readToml, type TomlReader } from "../toml/readToml.ts";
import { parseToml } from "../toml/toml.ts";

/** What `rust-toolchain.toml`, or the older `rust-toolchain`, asks of rustup. */
type ToolchainFile = {
  /** `stable`, `1.95.0`, `nightly-2026-03-01`, … Absent: rustup's default, or `path`. */
  readonly channel?: string;
  /** A custom toolchain's directory, relative to the file's; excludes all else. */
  readonly path?: string;
  readonly components: readonly string[];
  /** Triples: `targets` in the file. */
  readonly platforms: readonly string[];
  /** Absent: rustup's setting, usually `default`. */
  readonly profile?: "minimal" | "default" | "complete";
};

/**
 * Reads `rust-toolchain.toml`, or `rust-toolchain`, which may be one bare line
 * (https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file).
 *
 * Errors: `toml-syntax`, `toolchain-invalid`.
 *
 * @example
 * parseToolchainFile("rust-toolchain", "1.95.0\n") // { channel: "1.95.0", components: [], platforms: [] }
 */
export function parseToolchainFile(file: string, text: string): Result<ToolchainFile> {
  const bare = text.trim();
  if (posix.basename(file) === "rust-toolchain" && /^[^\s[=]+$/.test(bare)) {
    return ok({ channel: bare, components: [], platforms: [] });
  }
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "toolchain-invalid");
  const table = root.child("toolchain");
  if (!table) {
    const broken = finish(undefined);
    return broken.ok ? err(noTable(file)) : broken;
  }
  return finish(readToolchain(table));
}

function readToolchain(table: TomlReader): ToolchainFile {
  const channel = table.string("channel");
  const path = table.string("path");
  const other = ["channel", "components", "targets", "profile"].find((key) => table.value(key) !== undefined);
  if (channel === "") table.fail("channel", "`toolchain.channel` is empty");
  if (path !== undefined && other !== undefined) {
    table.fail(other, `\`toolchain.${other}\` cannot stand beside \`toolchain.path\``, "remove one of them");
  }
  return {
    ...ifDefined({ channel, path, profile: readProfile(table) }),
    components: table.strings("components") ?? [],
    platforms: table.strings("targets") ?? [],
  };
}

function readProfile(table: TomlReader): ToolchainFile["profile"] {
  const profile = table.string("profile");
  if (profile === undefined || profile === "minimal" || profile === "default" || profile === "complete")
    return profile;
  table.fail("profile", `unknown profile \`${profile}\``, "expected `minimal`, `default` or `complete`");
  return undefined;
}

function noTable(file: string) {
  return diagnostic("toolchain-invalid", `\`${file}\` has no \`[toolchain]\``, {
    place: { file, line: 1, column: 1 },
    help: ['write into it: [toolchain] channel = "stable"'],
  });
}
