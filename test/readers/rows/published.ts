import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifest } from "../projects.ts";
import type { Content, Files, Reader } from "../reader.ts";
import { surroundings } from "../tryReader.ts";

/** The versions of all crates that published readers need. */
const lock = join(import.meta.dirname, "published.lock");

/** What of the lock a project needs, with the crates downloaded; its manifests have to be there. */
export const fetched: Content = (place) => {
  copyFileSync(lock, place);
  const env = { ...process.env, ...surroundings({ files: { "Cargo.lock": "" } }) };
  execFileSync("cargo", ["fetch", "--quiet", "--target", "x86_64-unknown-linux-gnu"], {
    cwd: dirname(place),
    env,
  });
};

type Published = {
  /** Lines below `[dependencies]` and `[build-dependencies]`, each a crate, and its features after `:`. */
  readonly uses?: readonly string[];
  readonly builds?: readonly string[];
  /** What follows in the manifest, and what after the edit. */
  readonly more?: string;
  readonly moreAfter?: string;
  readonly files: Files;
  readonly edits: Files;
  readonly says?: readonly [string, string];
  readonly settings?: string;
  readonly edit?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * A row of a published crate, at the version that the lock pins.
 *
 * @param reader the crate, and what of it reads
 */
export function published(reader: string, of: Published): Reader {
  const { uses = [], builds = [], more = "", files, edits, says = ["one", "two"], settings } = of;
  const text = (last: string) =>
    manifest(
      "app",
      `[dependencies]\n${uses.map(dependency).join("")}\n[build-dependencies]\n${builds.map(dependency).join("")}\n${last}`,
    );
  return {
    reader,
    edit:
      of.edit ??
      Object.keys(edits)
        .map((path) => `\`${path}\``)
        .join(", "),
    // The lock comes last, since it is made from the manifests.
    files: { "Cargo.toml": text(more), ...files, "Cargo.lock": fetched },
    edits: { ...edits, ...(of.moreAfter !== undefined && { "Cargo.toml": text(of.moreAfter) }) },
    says,
    ...(settings !== undefined && { settings }),
    ...(of.env !== undefined && { env: of.env }),
  };
}

/** `name`, `name:feature,feature`, or `name:!feature` without the default ones. */
function dependency(text: string): string {
  const [name = "", features = ""] = text.split(":");
  const listed = features.replace("!", "").split(",").filter(Boolean);
  const defaults = features.startsWith("!") ? ", default-features = false" : "";
  return `${name} = { version = "${pinned(name)}", features = ${JSON.stringify(listed)}${defaults} }\n`;
}

/** The newest version of the lock. */
function pinned(name: string): string {
  const versions = [...readFileSync(lock, "utf8").matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)]
    .filter(([, found]) => found === name)
    .map(([, , version = ""]) => version);
  const last = versions.at(-1);
  if (last === undefined) throw new Error(`the lock has no \`${name}\``);
  return `=${last.replace(/\+.*/, "")}`;
}

/** Of a program whose code are these lines. */
export const main = (...lines: readonly string[]): Files => ({ "src/main.rs": `${lines.join("\n")}\n` });

/** A program that prints an expression. */
export const printed = (expression: string): string => `fn main() {\n    println!("{}", ${expression});\n}`;

/** A build script of these statements. */
export const script = (...lines: readonly string[]): Files => ({
  "build.rs": `fn main() {\n${lines.map((line) => `    ${line}\n`).join("")}}\n`,
});
