import { memberManifest } from "../memberManifest.ts";
import { type RegistryCrate, weightSource } from "./registryCrates.ts";

/**
 * A workspace, by path: `members - 1` libraries `member000` …, each over another member and its share of the
 * crates, and `app`, a library and a binary over all of them. `member000` is below every other.
 */
export function syntheticFiles(members: number, crates: readonly RegistryCrate[]): Record<string, string> {
  const names = Array.from({ length: members - 1 }, (_, index) => `member${String(index).padStart(3, "0")}`);
  const files: Record<string, string> = {
    "Cargo.toml": `[workspace]
resolver = "3"
members = ["app", "member*"]
default-members = ["app"]

[workspace.package]
version = "0.1.0"
edition = "2024"
`,
    "README.md": "# A generated workspace\n",
    "app/src/main.rs": `fn main() {
    println!("{}", app::WEIGHT);
}
`,
    ...member("app", names, []),
  };
  for (const [index, name] of names.entries()) {
    const below = index === 0 ? [] : names.slice((index - 1) >> 2, ((index - 1) >> 2) + 1);
    const share = crates.filter((_, at) => at % names.length === index).map((one) => one.name);
    Object.assign(files, member(name, below, share));
  }
  return files;
}

function member(name: string, members: readonly string[], crates: readonly string[]): Record<string, string> {
  const dependencies = [
    ...members.map((one) => `${one} = { path = "../${one}" }`),
    ...crates.map((one) => `${one} = "1"`),
  ];
  return {
    [`${name}/Cargo.toml`]: memberManifest(name, dependencies),
    [`${name}/src/lib.rs`]: weightSource([...members, ...crates]),
  };
}
