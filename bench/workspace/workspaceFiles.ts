import { memberManifest } from "../memberManifest.ts";
import { rustSource } from "./rustSource.ts";

const parts = Array.from({ length: 10 }, (_, index) => `part${String(index).padStart(2, "0")}`);

/**
 * A workspace of twelve members, by path: `base`, ten parts that depend on it (each odd one on the one before
 * it, too), and `app`, a library and a binary over all of them. No published workspace comes with its
 * members.
 */
export function workspaceFiles(): Record<string, string> {
  const files: Record<string, string> = {
    "Cargo.toml": `[workspace]
resolver = "3"
members = ["base", "app", "part*"]
default-members = ["app"]

[workspace.package]
version = "0.1.0"
edition = "2024"

[workspace.dependencies]
clap = { version = "4.5", features = ["derive"] }
regex = "1.11"
serde = { version = "1.0", features = ["derive"] }
serde_json = "1.0"
`,
    "README.md": "# A generated workspace\n",
    "app/src/main.rs": `fn main() {
    println!("{}", app::weight());
}
`,
    ...member("base", []),
    ...member("app", parts, ["clap", "regex"]),
  };
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    Object.assign(files, member(part, before !== undefined && index % 2 === 1 ? ["base", before] : ["base"]));
  }
  return files;
}

function member(
  name: string,
  members: readonly string[],
  crates: readonly string[] = [],
): Record<string, string> {
  const dependencies = [
    ...members.map((one) => `${one} = { path = "../${one}" }`),
    ...["serde", "serde_json", ...crates].map((one) => `${one}.workspace = true`),
  ];
  return {
    [`${name}/Cargo.toml`]: memberManifest(name, dependencies),
    [`${name}/src/lib.rs`]: rustSource(members, 40),
  };
}
